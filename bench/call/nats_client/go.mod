module weft/bench/nats_client

go 1.21

// Package export_wasi_http_incoming_handler says hello from the path it was asked for, and gives back what is POSTed or
// PUT, as it arrives. The bindings, which are made from WIT, look for the package under this name.
package export_wasi_http_incoming_handler

import (
	"slices"

	wit "go.bytecodealliance.org/pkg/wit/types"
	http "wit_component/wasi_http_types"
	streams "wit_component/wasi_io_streams"
)

// One write takes this much at most; and one turn of the echo that much.
const (
	writeBytesMax = 4096
	echoBytesMax  = 64 * 1024
)

// Handle answers one request.
func Handle(request *http.IncomingRequest, out *http.ResponseOutparam) {
	method := request.Method().Tag()
	echoes := method == http.Method_Post || method == http.Method_Put
	contentType := "text/plain"
	if echoes {
		contentType = "application/octet-stream"
	}
	headers := http.FieldsFromList([]wit.Tuple2[string, []uint8]{{"content-type", []byte(contentType)}})
	response := http.MakeOutgoingResponse(headers.Ok())
	body := response.Body().Ok()
	http.ResponseOutparamSet(out, wit.Ok[*http.OutgoingResponse, http.ErrorCode](response))

	write := greet
	if echoes {
		write = echo
	}
	stream := body.Write().Ok()
	isWhole := write(request, stream)
	stream.Drop()
	if !isWhole {
		// A body that is not finished tells the client that the rest is missing.
		body.Drop()
		return
	}
	http.OutgoingBodyFinish(body, wit.None[*http.Fields]())
}

func greet(request *http.IncomingRequest, to *streams.OutputStream) bool {
	text := []byte("hello from go " + request.PathWithQuery().SomeOr("/") + "\n")
	for chunk := range slices.Chunk(text, writeBytesMax) {
		if to.BlockingWriteAndFlush(chunk).IsErr() {
			return false
		}
	}
	return true
}

// The host moves the bytes; they never enter this component.
func echo(request *http.IncomingRequest, to *streams.OutputStream) bool {
	body := request.Consume().Ok()
	defer body.Drop()
	from := body.Stream().Ok()
	defer from.Drop()
	for {
		if moved := to.BlockingSplice(from, echoBytesMax); moved.IsErr() {
			return moved.Err().Tag() == streams.StreamError_Closed
		}
	}
}

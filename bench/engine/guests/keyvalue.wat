;; Uses one key of a bucket `count` times within one call: 0 gets it, 1 sets it to `size` bytes. Any error ends it, and so does a
;; key that is not there. Answers always land in the same place.
(component
  (import "wasi:keyvalue/store@0.2.0-draft" (instance $store
    (export "bucket" (type $bucket (sub resource)))
    (type $cases (variant (case "no-such-store") (case "access-denied") (case "other" string)))
    (export "error" (type $error (eq $cases)))
    (export "open" (func (param "identifier" string) (result (result (own $bucket) (error $error)))))
    (export "[method]bucket.get" (func (param "self" (borrow $bucket)) (param "key" string)
      (result (result (option (list u8)) (error $error)))))
    (export "[method]bucket.set" (func (param "self" (borrow $bucket)) (param "key" string) (param "value" (list u8))
      (result (result (error $error)))))))
  (alias export $store "bucket" (type $held))
  (core module $room
    (memory (export "memory") 80)
    (data (i32.const 512) "default")
    (data (i32.const 520) "/hits")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2097152)))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $memory))
  (alias core export $room "realloc" (core func $realloc))
  (core func $open (canon lower (func $store "open") (memory $memory) (realloc $realloc)))
  (core func $get (canon lower (func $store "[method]bucket.get") (memory $memory) (realloc $realloc)))
  (core func $set (canon lower (func $store "[method]bucket.set") (memory $memory) (realloc $realloc)))
  (core func $drop (canon resource.drop $held))
  (core module $m
    (import "store" "memory" (memory 80))
    (import "store" "open" (func $open (param i32 i32 i32)))
    (import "store" "get" (func $get (param i32 i32 i32 i32)))
    (import "store" "set" (func $set (param i32 i32 i32 i32 i32 i32)))
    (import "store" "drop" (func $drop (param i32)))
    ;; The first byte of a result says that it is an error.
    (func $check (if (i32.load8_u (i32.const 16)) (then unreachable)))
    (func $once (param $bucket i32) (param $what i32) (param $size i32)
      (if (i32.eqz (local.get $what))
        (then
          (call $get (local.get $bucket) (i32.const 520) (i32.const 5) (i32.const 16))
          (call $check)
          (if (i32.eqz (i32.load8_u (i32.const 20))) (then unreachable)))
        (else
          (call $set (local.get $bucket) (i32.const 520) (i32.const 5) (i32.const 65536) (local.get $size) (i32.const 16))
          (call $check))))
    (func $fill (memory.fill (i32.const 65536) (i32.const 7) (i32.const 1048576)))
    (start $fill)
    (func (export "run") (param $what i32) (param $size i32) (param $count i32)
      (local $bucket i32)
      (call $open (i32.const 512) (i32.const 7) (i32.const 16))
      (call $check)
      (local.set $bucket (i32.load (i32.const 20)))
      (block $done
        (loop $again
          (br_if $done (i32.eqz (local.get $count)))
          (call $once (local.get $bucket) (local.get $what) (local.get $size))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $again)))
      (call $drop (local.get $bucket))))
  (core instance $i (instantiate $m (with "store" (instance
    (export "memory" (memory $memory)) (export "open" (func $open)) (export "get" (func $get)) (export "set" (func $set))
    (export "drop" (func $drop))))))
  (func (export "run") (param "what" u32) (param "size" u32) (param "count" u32) (canon lift (core func $i "run"))))

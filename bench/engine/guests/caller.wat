;; Calls one import `count` times: 0 nop, 1 add, 2 echo with `size` bytes. Answers always land in the same place.
(component
  (import "bench:engine/service" (instance $service
    (export "nop" (func))
    (export "add" (func (param "a" u32) (param "b" u32) (result u32)))
    (export "echo" (func (param "data" (list u8)) (result (list u8))))))
  (core module $room
    (memory (export "memory") 80)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2097152)))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $memory))
  (alias core export $room "realloc" (core func $realloc))
  (core func $nop (canon lower (func $service "nop")))
  (core func $add (canon lower (func $service "add")))
  (core func $echo (canon lower (func $service "echo") (memory $memory) (realloc $realloc)))
  (core module $m
    (import "service" "memory" (memory 80))
    (import "service" "nop" (func $nop))
    (import "service" "add" (func $add (param i32 i32) (result i32)))
    (import "service" "echo" (func $echo (param i32 i32 i32)))
    (func $once (param $what i32) (param $size i32)
      (if (i32.eqz (local.get $what)) (then (call $nop) (return)))
      (if (i32.eq (local.get $what) (i32.const 1))
        (then (drop (call $add (local.get $what) (local.get $size))) (return)))
      (call $echo (i32.const 65536) (local.get $size) (i32.const 16)))
    ;; Memory that was never written is one page for the machine, and quicker to read than any other.
    (func $fill (memory.fill (i32.const 65536) (i32.const 7) (i32.const 1048576)))
    (start $fill)
    (func (export "run") (param $what i32) (param $size i32) (param $count i32)
      (if (i32.eqz (local.get $count)) (then (return)))
      (loop $again
        (call $once (local.get $what) (local.get $size))
        (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
  (core instance $i (instantiate $m (with "service" (instance
    (export "memory" (memory $memory)) (export "nop" (func $nop)) (export "add" (func $add)) (export "echo" (func $echo))))))
  (func (export "run") (param "what" u32) (param "size" u32) (param "count" u32) (canon lift (core func $i "run"))))

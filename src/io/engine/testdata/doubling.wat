;; Sends a number to the host and returns what comes back. Made a binary by build.sh.
(component
  (import "test:double/host" (instance $host (export "twice" (func (param "n" u32) (result u32)))))
  (alias export $host "twice" (func $twice))
  (core func $lowered (canon lower (func $twice)))
  (core module $m
    (import "host" "twice" (func $twice (param i32) (result i32)))
    (func (export "twice") (param i32) (result i32) (call $twice (local.get 0))))
  (core instance $i (instantiate $m (with "host" (instance (export "twice" (func $lowered))))))
  (func (export "twice") (param "n" u32) (result u32) (canon lift (core func $i "twice"))))

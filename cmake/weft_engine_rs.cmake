# weft_engine_rs: the engine's Rust archive as a library to link against. Cargo builds it in the shared folder and the
# archive is used from there, because it is large and the same for every build folder.
include(weft_cargo_target)

set(weft_engine_rs_source "${CMAKE_SOURCE_DIR}/engine-rs")
weft_cargo_target(weft_engine_rs_target)
set(weft_engine_rs_folder "${weft_engine_rs_target}")
set(weft_engine_rs_arguments --locked --lib --profile "${WEFT_ENGINE_PROFILE}")
set(weft_engine_rs_environment "CARGO_TARGET_DIR=${weft_engine_rs_target}")
if(WEFT_ENGINE_PROFILE STREQUAL "release")
  # A panic ends the process, so nothing unwinds through Rust: its unwind tables would only make the file larger. Cargo spares
  # build scripts and macros, which do unwind, only when the target is named.
  execute_process(COMMAND rustc -vV OUTPUT_VARIABLE weft_rustc_version COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "host: ([a-z0-9_-]+)" weft_rustc_host "${weft_rustc_version}")
  list(APPEND weft_engine_rs_arguments --target "${CMAKE_MATCH_1}")
  list(APPEND weft_engine_rs_environment "RUSTFLAGS=-C force-unwind-tables=no")
  set(weft_engine_rs_folder "${weft_engine_rs_target}/${CMAKE_MATCH_1}")
endif()
set(weft_engine_rs_archive "${weft_engine_rs_folder}/${WEFT_ENGINE_PROFILE}/libweft_engine.a")

# Cargo is asked on every build: it knows best whether the archive is up to date, also when several work trees share the
# folder. What links the archive is relinked only when it changed.
add_custom_target(weft_engine_rs_build
  COMMAND "${CMAKE_COMMAND}" -E env ${weft_engine_rs_environment}
    python3 "${CMAKE_SOURCE_DIR}/tools/dev/engine.py" "${CMAKE_BINARY_DIR}" cargo build ${weft_engine_rs_arguments}
  BYPRODUCTS "${weft_engine_rs_archive}"
  WORKING_DIRECTORY "${weft_engine_rs_source}"
  COMMENT "Cargo: engine-rs (${WEFT_ENGINE_PROFILE})"
  USES_TERMINAL VERBATIM)

# No add_dependencies: ninja knows which step makes the archive, so programs wait for cargo when they link, and nothing else
# does.
add_library(weft_engine_rs STATIC IMPORTED GLOBAL)
set_target_properties(weft_engine_rs PROPERTIES
  IMPORTED_LOCATION "${weft_engine_rs_archive}"
  INTERFACE_INCLUDE_DIRECTORIES "${weft_engine_rs_source}/include"
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")

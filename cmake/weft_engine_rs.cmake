# weft_engine_rs: the engine's Rust archive as a library to link against. Cargo builds it in the shared folder and the
# archive is used from there, because it is large and the same for every build folder.
include(weft_cargo_target)

set(weft_engine_rs_source "${CMAKE_SOURCE_DIR}/engine-rs")
weft_cargo_target(weft_engine_rs_target)
set(weft_engine_rs_arguments --locked --lib --profile "${WEFT_ENGINE_PROFILE}")
set(weft_engine_rs_made "${weft_engine_rs_target}/${WEFT_ENGINE_PROFILE}/libweft_engine.a")
set(weft_engine_rs_archive "${weft_engine_rs_made}")

# Cargo is asked on every build: it knows best whether the archive is up to date, also when several work trees share the
# folder. What links the archive is relinked only when it changed.
add_custom_target(weft_engine_rs_build
  COMMAND "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${weft_engine_rs_target}"
    python3 "${CMAKE_SOURCE_DIR}/tools/dev/engine.py" "${CMAKE_BINARY_DIR}" cargo build ${weft_engine_rs_arguments}
  BYPRODUCTS "${weft_engine_rs_made}"
  WORKING_DIRECTORY "${weft_engine_rs_source}"
  COMMENT "Cargo: engine-rs (${WEFT_ENGINE_PROFILE})"
  USES_TERMINAL VERBATIM)

# What ships carries no unwind tables of Rust: a panic ends the process, so nothing unwinds through them, and they are 9% of the
# file. The compiler has no switch for it: it writes a table for each function into which code of the standard library was inlined.
if(WEFT_ENGINE_PROFILE STREQUAL "release")
  find_program(OBJCOPY objcopy REQUIRED)
  set(weft_engine_rs_archive "${CMAKE_BINARY_DIR}/libweft_engine.a")
  add_custom_command(OUTPUT "${weft_engine_rs_archive}"
    COMMAND "${OBJCOPY}" -R .eh_frame -R .rela.eh_frame "${weft_engine_rs_made}" "${weft_engine_rs_archive}"
    DEPENDS weft_engine_rs_build "${weft_engine_rs_made}")
  add_custom_target(weft_engine_rs_without_tables DEPENDS "${weft_engine_rs_archive}")
endif()

# No add_dependencies: ninja knows which step makes the archive, so programs wait for cargo when they link, and nothing else
# does.
add_library(weft_engine_rs STATIC IMPORTED GLOBAL)
set_target_properties(weft_engine_rs PROPERTIES
  IMPORTED_LOCATION "${weft_engine_rs_archive}"
  INTERFACE_INCLUDE_DIRECTORIES "${weft_engine_rs_source}/include"
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")

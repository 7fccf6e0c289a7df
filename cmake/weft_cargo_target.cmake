# weft_cargo_target(<variable>): the folder of cargo's output. WEFT_CARGO_TARGET in the environment wins; otherwise the
# script that ./dev uses says it. Configuring runs again when the lock file changes.
function(weft_cargo_target variable)
  if(DEFINED ENV{WEFT_CARGO_TARGET})
    set(folder "$ENV{WEFT_CARGO_TARGET}")
  else()
    execute_process(COMMAND "${CMAKE_SOURCE_DIR}/tools/dev/cargo_target.sh" OUTPUT_VARIABLE folder
      OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/engine-rs/Cargo.lock")
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

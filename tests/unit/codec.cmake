find_program(PROTOC protoc REQUIRED)
merlin_test(codec_test
  ${CMAKE_CURRENT_LIST_DIR}/codec_test.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_samples.cpp
  LINK merlin_wire rapidcheck LABELS unit)
merlin_test(codec_contract_test
  ${CMAKE_CURRENT_LIST_DIR}/codec_contract_test.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_samples.cpp
  LINK merlin_wire rapidcheck LABELS unit)
target_compile_definitions(codec_contract_test PRIVATE MERLIN_PROTOC="${PROTOC}")

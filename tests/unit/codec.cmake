find_program(PROTOC protoc REQUIRED)

# The common sources of both programs; compiled once.
add_library(codec_subjects STATIC ${CMAKE_CURRENT_LIST_DIR}/codec_subjects.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_samples.cpp ${CMAKE_CURRENT_LIST_DIR}/codec_samples_core.cpp
  ${CMAKE_CURRENT_LIST_DIR}/codec_generator.cpp)
target_link_libraries(codec_subjects PUBLIC merlin_options merlin_wire rapidcheck)

merlin_test(codec_test ${CMAKE_CURRENT_LIST_DIR}/codec_test.cpp LINK codec_subjects LABELS unit)
merlin_test(codec_contract_test ${CMAKE_CURRENT_LIST_DIR}/codec_contract_test.cpp LINK codec_subjects LABELS unit
  DEFINES MERLIN_PROTOC="${PROTOC}")
merlin_test(wire_validate_messages_test ${CMAKE_CURRENT_LIST_DIR}/wire_validate_messages_test.cpp LINK codec_subjects LABELS unit)
merlin_test(wire_validate_test ${CMAKE_CURRENT_LIST_DIR}/wire_validate_test.cpp LINK codec_subjects LABELS unit)

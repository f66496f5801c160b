set(here ${CMAKE_CURRENT_LIST_DIR})
merlin_test(mon_parse_test ${here}/mon_parse_test.cpp LINK merlin_mon)
merlin_test(mon_view_test ${here}/mon_view_test.cpp LINK merlin_mon)
merlin_test(mon_service_test ${here}/mon_service_test.cpp LINK merlin_mon)
merlin_test(mon_core_diagnosis_test ${here}/mon_core_diagnosis_test.cpp LINK merlin_mon)
merlin_test(mon_program_test
  ${here}/mon_program_edit_test.cpp
  ${here}/mon_program_moving_test.cpp
  ${here}/mon_program_oconf_test.cpp
  ${here}/mon_program_output_test.cpp
  ${here}/mon_program_show_test.cpp
  LINK merlin_mon)
target_compile_definitions(mon_program_test PRIVATE MON_PROGRAM="$<TARGET_FILE:mon>")
add_dependencies(mon_program_test mon)
foreach(name mon_check_test mon_drain_test mon_event_follow_test mon_log_test mon_membership_test mon_next_key_test mon_oconf_test mon_push_test mon_return_watch_test mon_rolling_restart_test mon_safe_path_test mon_ssh_test mon_stage_test mon_sync_test mon_trust_test mon_version_test)
  merlin_test(${name} ${here}/${name}.cpp LINK merlin_mon)
  target_compile_definitions(${name} PRIVATE MON_PROGRAM="$<TARGET_FILE:mon>")
  add_dependencies(${name} mon)
endforeach()

add_library(mon_test_home MODULE ${here}/mon_test_home.cpp)
target_link_libraries(mon_test_home PRIVATE ${CMAKE_DL_LIBS})
foreach(name mon_everywhere_test mon_host_key_test mon_limits_test mon_restricted_test mon_rotate_test)
  merlin_test(${name} ${here}/${name}.cpp LINK merlin_mon)
  target_compile_definitions(${name} PRIVATE MON_PROGRAM="$<TARGET_FILE:mon>" MON_TEST_HOME="$<TARGET_FILE:mon_test_home>")
  add_dependencies(${name} mon mon_test_home)
endforeach()

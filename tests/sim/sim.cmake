# The simulator: N nodes of shared/cluster in one process. One program is the product; the mutants are the same
# sources with one intentionally broken rule, and each must be caught.
set(sim_world
  alert_judge.cpp fault_log.cpp journal_judge.cpp judge.cpp judge_agreement.cpp link_faults.cpp model_core.cpp model_core_commands.cpp model_core_notify.cpp model_core_operators.cpp model_core_results.cpp monitor.cpp network.cpp notification_judge.cpp
  operator_judge.cpp passive_judge.cpp plan.cpp plan_faults.cpp plan_traffic.cpp server.cpp server_core.cpp story.cpp world.cpp)
list(TRANSFORM sim_world PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# The module's own queues and its handling of unconfirmed ownership are tested here too.
merlin_library(merlin_sim ${sim_world} LINK merlin_module_logic)

# Shared by the real program and all mutants.
add_library(sim_main OBJECT ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(sim_main PUBLIC merlin_sim)
add_executable(sim $<TARGET_OBJECTS:sim_main>)
target_link_libraries(sim PRIVATE merlin_sim)
add_test(NAME sim_seeds COMMAND sim --seeds 1..500)
add_test(NAME sim_more_seeds COMMAND sim --seeds 501..1000)
add_test(NAME sim_seeds_many_nodes COMMAND sim --seeds 1..60 --nodes 7)
add_test(NAME sim_saved_seeds COMMAND sim --seeds-from ${CMAKE_CURRENT_LIST_DIR}/seeds.txt)
# This seed failed once: a node that does not notify ran a service which the owner of its host does not have configured.
add_test(NAME sim_saved_seed_many_nodes COMMAND sim --seed 153 --nodes 7)
# This seed failed once: a module refused a notification for a host that had just moved, which was mistaken for its core's filters.
add_test(NAME sim_saved_seed_two_nodes COMMAND sim --seed 1091 --nodes 2)
set_tests_properties(sim_seeds sim_more_seeds sim_seeds_many_nodes sim_saved_seeds sim_saved_seed_many_nodes sim_saved_seed_two_nodes PROPERTIES LABELS sim TIMEOUT 600)

# A program that brings its own version of these sources: the library must hold each as an object of its own, which is then not linked.
function(sim_replaces)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY merlin_cluster merlin_module_logic PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# sim_mutant(NAME source... [SEEDS A..B]) the simulator with that rule broken: these sources test for it. They precede the library, so
# their versions in it are not linked.
function(sim_mutant name)
  if(MERLIN_SANITIZE)
    return() # a sanitizer does not help to catch a broken rule
  endif()
  cmake_parse_arguments(arg "" "SEEDS" "" ${ARGN})
  if(NOT arg_SEEDS)
    set(arg_SEEDS 1..200)
  endif()
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND ${PROJECT_SOURCE_DIR}/)
  sim_replaces(${arg_UNPARSED_ARGUMENTS})
  add_executable(sim_${name} $<TARGET_OBJECTS:sim_main> ${arg_UNPARSED_ARGUMENTS})
  target_compile_definitions(sim_${name} PRIVATE MERLIN_MUTANT=${name})
  target_link_libraries(sim_${name} PRIVATE merlin_sim)
  add_test(NAME sim_catches_${name} COMMAND sim_${name} --seeds ${arg_SEEDS} --expect-failure)
  set_tests_properties(sim_catches_${name} PROPERTIES LABELS sim)
endfunction()

sim_mutant(local_weights shared/cluster/node/node_settle.cpp shared/cluster/ownership/ownership.cpp)
sim_mutant(stamped_by_clock module/agent/core_side.cpp)
sim_mutant(modulo shared/cluster/ownership/ownership.cpp)
sim_mutant(no_yield shared/cluster/ownership/ownership.cpp)
sim_mutant(answer_at_once shared/cluster/node/node_liveness.cpp)
sim_mutant(number_not_put_back module/agent/notifier.cpp SEEDS 300..456)
sim_mutant(acknowledged_early shared/cluster/durability/store_writer.cpp SEEDS 500..634)
sim_mutant(write_errors_ignored shared/cluster/durability/store_writer.cpp)
sim_mutant(no_deduplication shared/cluster/results/forwarding.cpp shared/cluster/node/node_peers.cpp)
sim_mutant(overtaking shared/cluster/results/forwarding.cpp)
sim_mutant(forgets_forwarded shared/cluster/results/forwarding.cpp)
sim_mutant(no_window shared/cluster/state/replication.cpp)
sim_mutant(notify_on_sync module/agent/row_intake.cpp)
sim_mutant(replayed module/agent/row_intake.cpp)
sim_mutant(waits_for_nobody module/agent/held_checks.cpp)
sim_mutant(acts_in_doubt module/agent/unconfirmed_ownership.cpp)
# No run of 1..1075 shows it: few passive results arrive at a core whose ownership is unconfirmed.
sim_mutant(keeps_nothing module/agent/unconfirmed_ownership.cpp SEEDS 1070..1090)
sim_mutant(alerts_replaced module/agent/agent.cpp)
sim_mutant(events_said_early shared/cluster/durability/journal.cpp)

# Tests the rule of notifications alone, under harder conditions than a whole cluster produces.
set(notification_sources asker.cpp voter.cpp)
list(TRANSFORM notification_sources PREPEND ${PROJECT_SOURCE_DIR}/shared/cluster/notification/)
add_executable(sim_asking ${CMAKE_CURRENT_LIST_DIR}/asking.cpp)
target_link_libraries(sim_asking PRIVATE merlin_sim)
add_test(NAME sim_asking COMMAND sim_asking --seeds 1..2000)
set_tests_properties(sim_asking PROPERTIES LABELS sim)
if(NOT MERLIN_SANITIZE)
  sim_replaces(${notification_sources})
  foreach(mutant grant_without_memory grant_outliving no_void)
    add_executable(sim_asking_${mutant} ${CMAKE_CURRENT_LIST_DIR}/asking.cpp ${notification_sources})
    target_compile_definitions(sim_asking_${mutant} PRIVATE MERLIN_MUTANT=${mutant})
    target_link_libraries(sim_asking_${mutant} PRIVATE merlin_sim)
    add_test(NAME sim_asking_catches_${mutant} COMMAND sim_asking_${mutant} --seeds 1..2000 --expect-failure)
    set_tests_properties(sim_asking_catches_${mutant} PROPERTIES LABELS sim)
  endforeach()
endif()

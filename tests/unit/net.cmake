foreach(part identity tls socket link places listener connector)
  merlin_test(net_${part}_test ${CMAKE_CURRENT_LIST_DIR}/net_${part}_test.cpp LINK merlin_net)
endforeach()

#include "suites.h"

CU_TestInfo client_ca_tests[] = {CU_TEST_INFO_NULL};

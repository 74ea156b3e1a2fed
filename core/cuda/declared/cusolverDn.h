// SPDX-License-Identifier: GPL-3.0-or-later
// What LibTorch's headers name of cuSOLVER, where its own header is not installed: nothing of it is called here.
#pragma once

#include "cusolver_common.h"

typedef struct cusolverDnContext* cusolverDnHandle_t;

// SPDX-License-Identifier: GPL-3.0-or-later
// What LibTorch's headers name of cuSPARSE, where its own header is not installed: nothing of it is called here.
#pragma once

typedef struct cusparseContext* cusparseHandle_t;
typedef enum { CUSPARSE_STATUS_SUCCESS = 0 } cusparseStatus_t;

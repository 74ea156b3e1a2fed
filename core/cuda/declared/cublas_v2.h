// SPDX-License-Identifier: GPL-3.0-or-later
// What LibTorch's headers name of cuBLAS, where its own header is not installed: nothing of it is called here.
#pragma once

typedef struct cublasContext* cublasHandle_t;
typedef enum { CUBLAS_STATUS_SUCCESS = 0 } cublasStatus_t;

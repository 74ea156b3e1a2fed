// SPDX-License-Identifier: GPL-3.0-or-later
// NCCL for ranks that train on GPUs: c10d's process group over it, which lives in libtorch_cuda.
#define USE_DISTRIBUTED
#define USE_C10D_NCCL

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <torch/version.h>

#include <cstdlib>
#include <mutex>

// Options holds NCCL's own structure of settings: its layout must be the one that LibTorch was built with.
static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11 && NCCL_MAJOR == 2 && NCCL_MINOR == 28);

extern "C" __attribute__((visibility("default"))) void descentMakeNccl(const c10::intrusive_ptr<c10d::Store>& store,
                                                                       int rank, int size, long timeoutMs,
                                                                       c10::intrusive_ptr<c10d::Backend>& made)
{
    // Left to itself c10d ends the process where a rank is late; here that is noticed, named and told (World).
    static std::once_flag once;
    std::call_once(once, [] {
        ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 0);
        ::setenv("TORCH_NCCL_ENABLE_MONITORING", "0", 0);
        ::setenv("TORCH_NCCL_DUMP_ON_TIMEOUT", "0", 0);
    });
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = std::chrono::milliseconds(timeoutMs);
    made = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, std::move(options));
}

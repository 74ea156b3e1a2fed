// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/batched/kernel.h"

#include <cmath>

#define DESCENT_INLINE inline __attribute__((always_inline))
#define DESCENT_ROOT eachRoot
#pragma GCC diagnostic ignored "-Wpsabi" // functions that take vectors are always inlined

namespace core::train::batched {

namespace plain_loops {

namespace {
#include "core/train/batched/kernel_loops.inc"
}

}

const Kernel& plainKernel()
{
    return plain_loops::loops;
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#undef DESCENT_ROOT
#define DESCENT_ROOT __builtin_ia32_sqrtps256

namespace wide_loops {

namespace {
#include "core/train/batched/kernel_loops.inc"
}

}

#pragma GCC pop_options

const Kernel& kernel()
{
    static const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return wide ? wide_loops::loops : plain_loops::loops;
}

#else

const Kernel& kernel()
{
    return plain_loops::loops;
}

#endif

}

#undef DESCENT_ROOT
#undef DESCENT_INLINE

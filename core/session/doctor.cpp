// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/real_tables.h"
#include "core/model/estimator.h"
#include "core/session/inspect.h"
#include "core/store/hdf5_version.h"
#include "core/tensor/device.h"

#include <ATen/Context.h>
#include <torch/version.h>

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

namespace core::session {

base::Value doctor()
{
    using base::Array;
    using base::Object;
    Array devices;
    for (const tensor::DeviceInfo& device : tensor::devices())
        devices.push_back(Object{{"name", device.name},
                                 {"model", device.model},
                                 {"free_bytes", std::int64_t(device.freeBytes)},
                                 {"total_bytes", std::int64_t(device.totalBytes)}});
    Array missing;
    if (const std::string why = tensor::whyNoCuda(); !why.empty())
        missing.push_back(Object{{"what", "CUDA"}, {"why", why}, {"remedy", "Training runs on the processor"}});
    const char* folder = std::getenv("DESCENT_FASHION_MNIST");
    if (!std::filesystem::exists(folder ? folder : "/usr/share/datasets/fashion-mnist"))
        missing.push_back(Object{{"what", "Fashion-MNIST"},
                                 {"why", "the sample data is not installed"},
                                 {"remedy", "apt install dataset-fashion-mnist"}});
    for (const char* file :
         {"vega_datasets/_data/cars.json", "palmerpenguins/data/penguins.csv", "statsmodels/datasets/co2/co2.csv"})
        if (!std::filesystem::exists(data::datasetsFolder() / file)) {
            missing.push_back(Object{{"what", "small real data sets"},
                                     {"why", (data::datasetsFolder() / file).string() + " is not there"},
                                     {"remedy", "app/run fetches them when it has network; DESCENT_DATASETS names a "
                                                "folder of your own"}});
            break;
        }
    const char* policy = std::getenv("OMP_WAIT_POLICY");
    Object libraries;
    for (const base::Entry& entry : model::allEstimators().family().entries)
        if (const auto estimator = model::allEstimators().make({entry.kind, Object{}}, {}); estimator)
            if (const std::string library = (*estimator)->library(); !library.empty())
                libraries.set(entry.kind, library);
    return Object{{"torch", TORCH_VERSION},
                  {"hdf5", store::hdf5Version()},
                  {"estimators", std::move(libraries)},
                  {"devices", std::move(devices)},
                  {"threads", std::int64_t(std::thread::hardware_concurrency())},
                  {"omp_wait_policy", policy ? std::string(policy) : std::string()},
                  {"missing", std::move(missing)}};
}

void prepareProcess(int, char** argv)
{
    // Begun again it would be called `exe`.
    ::prctl(PR_SET_NAME, program_invocation_short_name);
    // Each step frees and takes the same large tensors again. Given back to the system in between, their pages would
    // have to be faulted in anew: a third of a small convolutional step.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 2147483647);
    ::mallopt(M_TOP_PAD, 64 << 20);
    // c10d's record of collectives, which is not for several ranks in one process (core/train/ranks/world.cpp).
    ::setenv("TORCH_FR_BUFFER_SIZE", "0", 1);
    bool again = false;
    if (!std::getenv("OMP_WAIT_POLICY"))
        again = ::setenv("OMP_WAIT_POLICY", "passive", 1) == 0;
    // Tensors lie in huge pages where the system has them for whoever asks: a tenth of a small convolutional step.
    const char* given = std::getenv("GLIBC_TUNABLES");
    std::string tunables = given ? given : "";
    if (tunables.find("glibc.malloc.hugetlb") == tunables.npos) {
        tunables += tunables.empty() ? "glibc.malloc.hugetlb=1" : ":glibc.malloc.hugetlb=1";
        again = ::setenv("GLIBC_TUNABLES", tunables.c_str(), 1) == 0 || again;
    }
    if (!again)
        return;
    ::execv("/proc/self/exe", argv);
    // Where that is not possible the program is slower, not wrong.
}

}

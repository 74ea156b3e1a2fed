// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/device.h"

#include "core/tensor/cuda_devices.h"
#include "core/tensor/device_graph.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/Device.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <charconv>
#include <dlfcn.h>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <set>
#include <unistd.h>

namespace core::tensor {

namespace {

struct Cuda {
    int count = 0;
    std::string why;
    void* part = nullptr; ///< libdescent_cuda.so, where it was built
};

// Beside the program, or where the loader looks.
void* loadPart()
{
    std::error_code none;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
    if (void* part = dlopen((program / "libdescent_cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL))
        return part;
    return dlopen("libdescent_cuda.so", RTLD_NOW | RTLD_LOCAL);
}

// Must come before any query: the first one keeps the answer of the hooks that it finds.
Cuda loadCuda()
{
    if (!std::filesystem::exists("/dev/nvidiactl") && !std::filesystem::exists("/dev/nvidia0"))
        return {0, "no NVIDIA driver on this machine"};
    // Read when cuBLAS starts: without it its products may differ from run to run, and deterministic training refuses.
    ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
        const char* reason = dlerror();
        return {0, std::string("LibTorch's CUDA part cannot be loaded: ") + (reason ? reason : "unknown reason")};
    }
    try {
        const int count = at::detail::getCUDAHooks().deviceCount();
        return {count, count > 0 ? "" : "the driver lists no device", count > 0 ? loadPart() : nullptr};
    } catch (const std::exception& failure) {
        return {0, std::string("CUDA does not start: ") + failure.what()};
    }
}

const Cuda& cuda()
{
    static const Cuda state = loadCuda();
    return state;
}

// A function of libdescent_cuda.so; nullptr without it.
template <class Function>
Function part(const char* name)
{
    return reinterpret_cast<Function>(cudaPart(name));
}

}

std::vector<DeviceInfo> devices()
{
    const std::uint64_t page = std::uint64_t(sysconf(_SC_PAGESIZE));
    std::vector<DeviceInfo> all{{"cpu", "processor", std::uint64_t(sysconf(_SC_AVPHYS_PAGES)) * page,
                                 std::uint64_t(sysconf(_SC_PHYS_PAGES)) * page}};
    for (int i = 0; i < cuda().count; ++i) {
        DeviceInfo info{"cuda:" + std::to_string(i), "CUDA device"};
        char name[128] = {};
        if (const auto ask = part<void (*)(int, char*, unsigned long)>("descentDeviceName"))
            ask(i, name, sizeof name);
        if (*name)
            info.model = name;
        // cudaMemGetInfo by name: the program links no CUDA library.
        using MemGetInfo = int (*)(std::size_t*, std::size_t*);
        if (auto query = reinterpret_cast<MemGetInfo>(dlsym(RTLD_DEFAULT, "cudaMemGetInfo"))) {
            const c10::DeviceGuard guard(c10::Device(c10::kCUDA, c10::DeviceIndex(i)));
            std::size_t free = 0, total = 0;
            if (query(&free, &total) == 0) {
                info.freeBytes = free;
                info.totalBytes = total;
            }
        }
        all.push_back(info);
    }
    return all;
}

std::unique_ptr<DeviceGraph> makeDeviceGraph(at::Device device)
{
    const auto make = device.is_cuda() ? part<DeviceGraph* (*)()>("descentMakeGraph") : nullptr;
    return std::unique_ptr<DeviceGraph>(make ? make() : nullptr);
}

void takeStream(at::Device device)
{
    if (const auto take = device.is_cuda() ? part<void (*)(int)>("descentTakeStream") : nullptr)
        take(device.index());
}

void* cudaPart(const char* name)
{
    return cuda().part ? dlsym(cuda().part, name) : nullptr;
}

std::string whyNoCuda()
{
    return cuda().why;
}

std::vector<std::int64_t> cudaNumbers(const std::string& device)
{
    std::vector<std::int64_t> numbers;
    if (!device.starts_with("cuda:"))
        return {};
    const char *at = device.data() + 5, *const end = device.data() + device.size();
    for (;;) {
        std::int64_t number = -1;
        const auto [next, code] = std::from_chars(at, end, number);
        if (code != std::errc{} || number < 0 || number > 127 || (next != end && *next != ','))
            return {};
        numbers.push_back(number);
        if (next == end)
            return numbers;
        at = next + 1;
    }
}

std::string cudaName(const std::vector<std::int64_t>& numbers)
{
    std::string name = "cuda:";
    for (std::size_t i = 0; i < numbers.size(); ++i)
        name += (i > 0 ? "," : "") + std::to_string(numbers[i]);
    return name;
}

base::Result<std::string> resolveDevice(const std::string& wanted)
{
    return resolveDevices(wanted, 1);
}

base::Result<std::string> resolveDevices(const std::string& wanted, std::int64_t ranks)
{
    using base::Error;
    using base::ErrorKind;
    const auto first = [](std::int64_t count) {
        std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
        std::iota(numbers.begin(), numbers.end(), std::int64_t(0));
        return cudaName(numbers);
    };
    ranks = std::max<std::int64_t>(1, ranks);
    if (wanted == "cpu" || (wanted == "auto" && cuda().count < ranks))
        return std::string("cpu");
    if (wanted == "auto" || wanted == "cuda")
        return cuda().count > 0 ? base::Result<std::string>(first(std::min<std::int64_t>(ranks, cuda().count)))
                                : Error{ErrorKind::Resource, "no CUDA device: " + cuda().why, "--device " + wanted,
                                        "Use cpu or auto"};
    std::vector<std::int64_t> numbers = cudaNumbers(wanted);
    if (numbers.empty())
        return Error{ErrorKind::Usage, "\"" + wanted + "\" is no device", "--device",
                     "Write auto, cpu, cuda, cuda:N or, for several, cuda:0,1"};
    std::set<std::int64_t> seen;
    for (const std::int64_t number : numbers)
        if (!seen.insert(number).second)
            return Error{ErrorKind::Usage, "cuda:" + std::to_string(number) + " is named twice", "--device",
                         "Name each GPU once: ranks take them in turns"};
    for (const std::int64_t number : numbers)
        if (number >= cuda().count)
            return Error{ErrorKind::Resource,
                         "there is no device cuda:" + std::to_string(number) +
                             (cuda().count ? ", there are " + std::to_string(cuda().count) : ": " + cuda().why),
                         "--device", "Use cpu or auto"};
    numbers.resize(std::min(numbers.size(), std::size_t(ranks)));
    return cudaName(numbers);
}

}

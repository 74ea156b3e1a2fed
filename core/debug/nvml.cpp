// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/nvml.h"

#include <dlfcn.h>

namespace core::debug {

struct Nvml::Calls {
    // As the library's own header declares them; 0 means success.
    struct DeviceOfDriver;
    using Device = DeviceOfDriver*;
    struct Utilization {
        unsigned int gpu = 0, memory = 0; // percent of the time
    };
    struct MemoryOfDriver {
        unsigned long long total = 0, free = 0, used = 0;
    };

    void* library = nullptr;
    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    int (*count)(unsigned int*) = nullptr;
    int (*device)(unsigned int, Device*) = nullptr;
    int (*utilization)(Device, Utilization*) = nullptr;
    int (*memory)(Device, MemoryOfDriver*) = nullptr;
    bool begun = false;

    ~Calls()
    {
        if (begun)
            shutdown();
        if (library)
            ::dlclose(library);
    }

    template <class Call>
    bool find(Call& call, const char* name)
    {
        call = reinterpret_cast<Call>(::dlsym(library, name));
        return call != nullptr;
    }

    bool begin()
    {
        library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
        begun = library && find(init, "nvmlInit_v2") && find(shutdown, "nvmlShutdown") &&
                find(count, "nvmlDeviceGetCount_v2") && find(device, "nvmlDeviceGetHandleByIndex_v2") &&
                find(utilization, "nvmlDeviceGetUtilizationRates") && find(memory, "nvmlDeviceGetMemoryInfo") &&
                init() == 0;
        return begun;
    }
};

Nvml::Nvml() : m_calls(std::make_unique<Calls>())
{
    if (!m_calls->begin())
        m_calls.reset();
}

Nvml::~Nvml() = default;

std::vector<events::SystemSample::Gpu> Nvml::read() const
{
    std::vector<events::SystemSample::Gpu> gpus;
    unsigned int count = 0;
    if (!m_calls || m_calls->count(&count) != 0)
        return gpus;
    for (unsigned int index = 0; index < count; ++index) {
        Calls::Device device = nullptr;
        Calls::Utilization busy;
        Calls::MemoryOfDriver memory;
        if (m_calls->device(index, &device) != 0 || m_calls->utilization(device, &busy) != 0 ||
            m_calls->memory(device, &memory) != 0 || memory.total == 0)
            continue;
        gpus.push_back(
            {index, double(busy.gpu), 100 * double(memory.used) / double(memory.total), double(memory.used)});
    }
    return gpus;
}

std::vector<Nvml::Memory> Nvml::memory() const
{
    std::vector<Memory> all;
    unsigned int count = 0;
    if (!m_calls || m_calls->count(&count) != 0)
        return all;
    for (unsigned int index = 0; index < count; ++index) {
        Calls::Device device = nullptr;
        Calls::MemoryOfDriver memory;
        if (m_calls->device(index, &device) == 0 && m_calls->memory(device, &memory) == 0 && memory.total > 0)
            all.push_back({index, double(memory.total), double(memory.free)});
    }
    return all;
}

}

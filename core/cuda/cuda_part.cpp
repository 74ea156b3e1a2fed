// SPDX-License-Identifier: GPL-3.0-or-later
// What needs symbols of libtorch_cuda. Built into libdescent_cuda.so, which the programs load after LibTorch's own CUDA
// part where there is a device: they start on any machine.
#include "core/tensor/device_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdio>
#include <cuda_runtime_api.h>

namespace {

class CudaGraph final : public core::tensor::DeviceGraph {
public:
    void record(const std::function<void()>& work) override
    {
        C10_CUDA_CHECK(cudaDeviceSynchronize());
        // Other threads may go on with the device, as the loader does.
        m_graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            // Leaves the capture; what it says then is not why it failed.
            try {
                m_graph.capture_end();
            } catch (...) {
            }
            (void)cudaGetLastError();
            throw;
        }
        m_graph.capture_end();
    }

    void play() override { m_graph.replay(); }

private:
    at::cuda::CUDAGraph m_graph;
};

}

extern "C" __attribute__((visibility("default"))) core::tensor::DeviceGraph* descentMakeGraph()
{
    return new CudaGraph;
}

extern "C" __attribute__((visibility("default"))) void descentTakeStream(int device)
{
    const auto index = c10::DeviceIndex(device);
    if (c10::cuda::getCurrentCUDAStream(index) != c10::cuda::getDefaultCUDAStream(index))
        return;
    C10_CUDA_CHECK(cudaDeviceSynchronize());
    c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(false, index));
}

// Its maker's name for a device: `NVIDIA H100 80GB HBM3, compute 9.0`.
extern "C" __attribute__((visibility("default"))) void descentDeviceName(int device, char* into, unsigned long size)
{
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, device) == cudaSuccess)
        std::snprintf(into, size, "%s, compute %d.%d", properties.name, properties.major, properties.minor);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The one door to tensors for Tier 1: everything that includes this pays 1.6 s, torch/torch.h would cost 13 s.
#include "core/base/blob.h"
#include "core/base/result.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

namespace core::tensor {

struct NamedTensor {
    std::string name;
    at::Tensor tensor;
};

/// Uninitialised, contiguous, on the CPU.
at::Tensor empty(const std::vector<std::int64_t>& shape, at::ScalarType type = at::kFloat);
at::Tensor zeros(const std::vector<std::int64_t>& shape, at::ScalarType type = at::kFloat);
/// A copy of the bytes; an error for a dtype that torch does not have or a size that does not fit the shape.
base::Result<at::Tensor> fromBlob(const base::Blob& blob);
/// Looks at the tensor's bytes, which must be contiguous on the CPU and outlive the view.
base::BlobView viewOf(const std::string& name, const at::Tensor& tensor);
/// A copy on the CPU, contiguous.
base::Blob toBlob(const std::string& name, const at::Tensor& tensor);
/// Digest of all, in order, wherever they are.
std::string digestOf(const std::vector<NamedTensor>& tensors);
/// The low 32 bits of XXH3-64 of its bytes, wherever they are.
std::uint32_t shortDigestOf(const at::Tensor& tensor);
/// safetensors' name of a type (`F32`); empty if it has none.
std::string dtypeName(at::ScalarType type);

}

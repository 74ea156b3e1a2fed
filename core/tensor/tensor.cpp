// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor.h"

#include <ATen/EmptyTensor.h>

#include <cstring>

namespace core::tensor {

namespace {

constexpr std::pair<at::ScalarType, const char*> dtypes[] = {
    {at::kFloat, "F32"}, {at::kDouble, "F64"}, {at::kLong, "I64"},  {at::kInt, "I32"},  {at::kShort, "I16"},
    {at::kChar, "I8"},   {at::kByte, "U8"},    {at::kBool, "BOOL"}, {at::kHalf, "F16"}, {at::kBFloat16, "BF16"}};

at::Tensor onCpu(const at::Tensor& tensor)
{
    return tensor.detach().to(at::kCPU).contiguous();
}

// Bytes that a shape asks for; nothing if they are negative or more than memory can count.
std::optional<std::size_t> bytesOfShape(const std::vector<std::int64_t>& shape, std::size_t element)
{
    std::size_t bytes = element;
    for (const std::int64_t length : shape)
        if (length < 0 || __builtin_mul_overflow(bytes, std::size_t(length), &bytes))
            return std::nullopt;
    return bytes;
}

}

// Straight to the allocator: the dispatcher would cost more than a small batch.
at::Tensor empty(const std::vector<std::int64_t>& shape, at::ScalarType type)
{
    return at::Tensor(at::detail::empty_cpu(shape, type));
}

at::Tensor zeros(const std::vector<std::int64_t>& shape, at::ScalarType type)
{
    at::Tensor made = empty(shape, type);
    if (made.nbytes() > 0)
        std::memset(made.mutable_data_ptr(), 0, made.nbytes());
    return made;
}

base::Result<at::Tensor> fromBlob(const base::Blob& blob)
{
    for (const auto& [type, name] : dtypes) {
        if (blob.dtype != name)
            continue;
        const auto needed = bytesOfShape(blob.shape, base::bytesOf(blob.dtype));
        if (!needed || *needed != blob.bytes.size())
            return base::Error{base::ErrorKind::Data,
                               "has " + std::to_string(blob.bytes.size()) + " bytes, which do not fit its shape",
                               blob.name, "The file is damaged or was written by something else"};
        at::Tensor tensor = empty(blob.shape, type);
        if (*needed > 0)
            std::memcpy(tensor.mutable_data_ptr(), blob.bytes.data(), *needed);
        return tensor;
    }
    return base::Error{base::ErrorKind::Data, "has the type \"" + blob.dtype + "\", which tensors do not have",
                       blob.name, "Known: F32, F64, F16, BF16, I64, I32, I16, I8, U8, BOOL"};
}

base::BlobView viewOf(const std::string& name, const at::Tensor& tensor)
{
    return {name, dtypeName(tensor.scalar_type()), tensor.sizes().vec(), tensor.const_data_ptr(), tensor.nbytes()};
}

base::Blob toBlob(const std::string& name, const at::Tensor& tensor)
{
    const at::Tensor here = onCpu(tensor);
    base::Blob blob{name, dtypeName(here.scalar_type()), here.sizes().vec(), {}};
    blob.bytes.assign(static_cast<const char*>(here.const_data_ptr()), here.nbytes());
    return blob;
}

std::string digestOf(const std::vector<NamedTensor>& tensors)
{
    std::vector<at::Tensor> kept;
    std::vector<base::BlobView> views;
    for (const NamedTensor& named : tensors) {
        kept.push_back(onCpu(named.tensor));
        views.push_back(viewOf(named.name, kept.back()));
    }
    return base::digestOf(views);
}

std::uint32_t shortDigestOf(const at::Tensor& tensor)
{
    if (tensor.is_cpu() && tensor.is_contiguous())
        return std::uint32_t(base::hashOf(tensor.const_data_ptr(), tensor.nbytes()));
    const at::Tensor here = onCpu(tensor);
    return std::uint32_t(base::hashOf(here.const_data_ptr(), here.nbytes()));
}

std::string dtypeName(at::ScalarType type)
{
    for (const auto& [known, name] : dtypes)
        if (known == type)
            return name;
    return {};
}

}

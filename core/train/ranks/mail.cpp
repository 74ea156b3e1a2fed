// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/mail.h"

#include "core/base/json.h"
#include "core/base/thrown.h"
#include "core/train/ranks/c10d.h"

#include <ATen/ops/empty.h>

namespace core::train::ranks {

using base::Error;
using base::ErrorKind;

struct Mail::Sent {
    at::Tensor values;
    c10::intrusive_ptr<c10d::Work> work;
};

namespace {

constexpr std::int64_t mostDimensions = 12;

c10d::ProcessGroup& groupOf(World& world)
{
    if (!world.parts().group)
        throw base::Thrown(Error{ErrorKind::Run, "the ranks have parted", "step " + std::to_string(world.parts().step),
                                 "Resume the run"});
    return *world.parts().group;
}

std::size_t byteCount(const std::vector<at::Tensor>& tensors)
{
    std::size_t bytes = 0;
    for (const at::Tensor& tensor : tensors)
        bytes += tensor.nbytes();
    return bytes;
}

void pack(const std::vector<at::Tensor>& tensors, const at::Tensor& into)
{
    auto* place = static_cast<char*>(into.mutable_data_ptr());
    for (const at::Tensor& tensor : tensors) {
        const at::Tensor dense = tensor.detach().to(at::kCPU).contiguous();
        std::memcpy(place, dense.const_data_ptr(), dense.nbytes());
        place += dense.nbytes();
    }
}

void unpack(const at::Tensor& packed, const std::vector<at::Tensor>& into)
{
    const at::NoGradGuard noGraph;
    const auto* place = static_cast<const char*>(packed.const_data_ptr());
    for (const at::Tensor& tensor : into) {
        const at::Tensor dense = tensor::empty(tensor.sizes().vec(), tensor.scalar_type());
        std::memcpy(dense.mutable_data_ptr(), place, dense.nbytes());
        place += dense.nbytes();
        tensor.detach().copy_(dense);
    }
}

// The same on a device. Each begins where numbers of any type may.
std::int64_t placesOf(const std::vector<at::Tensor>& tensors, std::vector<std::int64_t>& places)
{
    constexpr std::int64_t line = 16;
    std::int64_t bytes = 0;
    for (const at::Tensor& tensor : tensors) {
        places.push_back(bytes);
        bytes += (std::int64_t(tensor.nbytes()) + line - 1) / line * line;
    }
    return bytes;
}

void shareDirectly(World& world, std::int64_t rank, const std::vector<at::Tensor>& all)
{
    const at::NoGradGuard noGraph;
    std::vector<std::int64_t> places;
    const std::int64_t bytes = placesOf(all, places);
    const at::Tensor packed = at::empty({bytes}, at::TensorOptions(at::kByte).device(all.front().device()));
    const auto part = [&](std::size_t i) { return packed.narrow(0, places[i], std::int64_t(all[i].nbytes())); };
    for (std::size_t i = 0; i < all.size() && rank == world.rank(); ++i)
        part(i).copy_(all[i].detach().contiguous().view({-1}).view(at::kByte));
    std::vector<at::Tensor> one{packed};
    c10d::BroadcastOptions options;
    options.rootRank = rank;
    const auto work = groupOf(world).broadcast(one, options);
    world.parts().finish(*work, packed);
    for (std::size_t i = 0; i < all.size() && rank != world.rank(); ++i)
        all[i].detach().copy_(part(i).view(all[i].scalar_type()).view(all[i].sizes()));
}

}

void World::shareFrom(std::int64_t rank, const std::vector<at::Tensor>& given)
{
    std::vector<at::Tensor> all, direct;
    for (const at::Tensor& tensor : given)
        if (tensor.numel() > 0)
            (parts().goesDirect(tensor) ? direct : all).push_back(tensor);
    if (!direct.empty())
        try {
            shareDirectly(*this, rank, direct);
        } catch (const base::Thrown&) {
            throw;
        } catch (const std::exception& failure) {
            throw base::Thrown(blame(failure.what()));
        }
    const at::Tensor packed = tensor::empty({std::int64_t(byteCount(all))}, at::kByte);
    if (packed.numel() == 0)
        return;
    if (rank == this->rank())
        pack(all, packed);
    c10d::ProcessGroup& group = groupOf(*this);
    try {
        if (SharedMemory* memory = parts().memory.get()) {
            memory->finish(memory->postShare(packed, rank));
        } else {
            std::vector<at::Tensor> one{packed};
            c10d::BroadcastOptions options;
            options.rootRank = rank;
            group.broadcast(one, options)->wait();
        }
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
    if (rank != this->rank())
        unpack(packed, all);
}

// Stages send to their neighbours by ways of their own.
bool Mail::goesDirect(at::Device device, std::int64_t other) const
{
    const auto& direct = m_world.parts().direct;
    return direct && direct->device == device.type() && (other > m_world.rank() ? direct->up : direct->down);
}

void Mail::post(at::Tensor values, std::int64_t to, int tag)
{
    try {
        std::vector<at::Tensor> all{values};
        c10d::ProcessGroup& group = groupOf(m_world);
        const auto& direct = m_world.parts().direct;
        auto work = !goesDirect(values.device(), to) ? group.send(all, int(to), tag)
                    : to > m_world.rank()            ? direct->up->send(all, int(to), tag)
                                                     : direct->down->send(all, int(to), tag);
        m_sent.push_back(std::make_shared<Sent>(Sent{std::move(values), std::move(work)}));
    } catch (const base::Thrown&) {
        throw;
    } catch (const std::exception& failure) {
        throw base::Thrown(m_world.blame(failure.what()));
    }
}

void Mail::take(const at::Tensor& into, std::int64_t from, int tag)
{
    try {
        std::vector<at::Tensor> all{into};
        c10d::ProcessGroup& group = groupOf(m_world);
        const auto& direct = m_world.parts().direct;
        const auto work = !goesDirect(into.device(), from) ? group.recv(all, int(from), tag)
                          : from < m_world.rank()          ? direct->up->recv(all, int(from), tag)
                                                           : direct->down->recv(all, int(from), tag);
        finish(*work, into);
    } catch (const base::Thrown&) {
        throw;
    } catch (const std::exception& failure) {
        throw base::Thrown(m_world.blame(failure.what()));
    }
}

void Mail::finish(c10d::Work& work, const at::Tensor& values) const
{
    if (m_patience)
        work.wait(*m_patience);
    else
        m_world.parts().finish(work, values);
}

void Mail::settle()
{
    settle(0);
}

void Mail::settle(std::size_t most)
{
    const std::size_t done = m_sent.size() - std::min(most, m_sent.size());
    try {
        for (std::size_t i = 0; i < done; ++i)
            finish(*m_sent[i]->work, m_sent[i]->values);
    } catch (const std::exception& failure) {
        m_sent.clear();
        throw base::Thrown(m_world.blame(failure.what()));
    }
    m_sent.erase(m_sent.begin(), m_sent.begin() + std::ptrdiff_t(done));
}

void Mail::send(const at::Tensor& values, std::int64_t to, int tag)
{
    Shape shape{values.scalar_type(), false, values.sizes().slice(1).vec()};
    shape.channelsLast =
        values.dim() == 4 && !values.is_contiguous() && values.is_contiguous(at::MemoryFormat::ChannelsLast);
    const auto key = std::pair(to, -tag);
    const auto known = m_shapes.find(key);
    if (known == m_shapes.end()) {
        at::Tensor told = tensor::zeros({3 + mostDimensions}, at::kLong);
        std::int64_t* numbers = told.mutable_data_ptr<std::int64_t>();
        TORCH_CHECK(std::int64_t(shape.sizes.size()) <= mostDimensions, "too many dimensions between two stages");
        numbers[0] = std::int64_t(shape.type);
        numbers[1] = shape.channelsLast;
        numbers[2] = std::int64_t(shape.sizes.size());
        std::copy(shape.sizes.begin(), shape.sizes.end(), numbers + 3);
        post(told, to, tag);
        m_shapes[key] = shape;
    }
    const Shape& agreed = m_shapes[key];
    TORCH_CHECK(agreed.sizes == shape.sizes && agreed.type == shape.type,
                "what goes from one stage to the next has changed its shape");
    if (values.numel() == 0)
        return;
    const at::Tensor dense = agreed.channelsLast ? values.permute({0, 2, 3, 1}).contiguous() : values.contiguous();
    post(goesDirect(dense.device(), to) ? dense : dense.to(at::kCPU), to, tag);
}

at::Tensor Mail::receive(std::int64_t from, int tag, std::int64_t rows, at::Device device)
{
    const auto key = std::pair(from, tag);
    if (m_shapes.find(key) == m_shapes.end()) {
        const at::Tensor told = tensor::zeros({3 + mostDimensions}, at::kLong);
        take(told, from, tag);
        const std::int64_t* numbers = told.const_data_ptr<std::int64_t>();
        m_shapes[key] = {at::ScalarType(numbers[0]), numbers[1] != 0, {numbers + 3, numbers + 3 + numbers[2]}};
    }
    const Shape& shape = m_shapes[key];
    std::vector<std::int64_t> sizes{rows};
    sizes.insert(sizes.end(), shape.sizes.begin(), shape.sizes.end());
    if (shape.channelsLast)
        sizes = {sizes[0], sizes[2], sizes[3], sizes[1]};
    const at::Device lands = goesDirect(device, from) ? device : at::Device(at::kCPU);
    at::Tensor values = at::empty(sizes, at::TensorOptions(shape.type).device(lands));
    if (values.numel() > 0)
        take(values, from, tag);
    values = values.to(device);
    return shape.channelsLast ? values.permute({0, 3, 1, 2}) : values;
}

void Mail::sendAll(const std::vector<at::Tensor>& tensors, std::int64_t to, int tag)
{
    const at::Tensor packed = tensor::empty({std::int64_t(byteCount(tensors))}, at::kByte);
    pack(tensors, packed);
    if (packed.numel() > 0)
        post(packed, to, tag);
}

void Mail::receiveAll(const std::vector<at::Tensor>& into, std::int64_t from, int tag)
{
    const at::Tensor packed = tensor::empty({std::int64_t(byteCount(into))}, at::kByte);
    if (packed.numel() == 0)
        return;
    take(packed, from, tag);
    unpack(packed, into);
}

void Mail::sendBlobs(const std::vector<tensor::NamedTensor>& tensors, std::int64_t to, int tag)
{
    base::Array told;
    std::vector<at::Tensor> all;
    for (const auto& [name, tensor] : tensors) {
        told.push_back(base::Object{{"name", name},
                                    {"dtype", tensor::dtypeName(tensor.scalar_type())},
                                    {"shape", base::Array(tensor.sizes().begin(), tensor.sizes().end())},
                                    {"bytes", std::int64_t(tensor.nbytes())}});
        all.push_back(tensor);
    }
    const std::string text = base::writeJson(std::move(told));
    const at::Tensor length = tensor::empty({1}, at::kLong);
    *length.mutable_data_ptr<std::int64_t>() = std::int64_t(text.size());
    const at::Tensor letters = tensor::empty({std::int64_t(text.size())}, at::kByte);
    std::memcpy(letters.mutable_data_ptr(), text.data(), text.size());
    post(length, to, tag);
    post(letters, to, tag);
    sendAll(all, to, tag);
    settle();
}

std::vector<base::Blob> Mail::receiveBlobs(std::int64_t from, int tag)
{
    const at::Tensor length = tensor::empty({1}, at::kLong);
    take(length, from, tag);
    const at::Tensor letters = tensor::empty({*length.const_data_ptr<std::int64_t>()}, at::kByte);
    take(letters, from, tag);
    const auto told =
        base::parseJson({static_cast<const char*>(letters.const_data_ptr()), std::size_t(letters.numel())});
    if (!told)
        throw base::Thrown(told.error());
    std::vector<base::Blob> blobs;
    std::int64_t bytes = 0;
    for (const base::Value& each : told->array()) {
        base::Blob blob;
        blob.name = each["name"].text();
        blob.dtype = each["dtype"].text();
        for (const base::Value& side : each["shape"].array())
            blob.shape.push_back(side.toInt());
        blob.bytes.resize(std::size_t(each["bytes"].toInt()));
        bytes += each["bytes"].toInt();
        blobs.push_back(std::move(blob));
    }
    const at::Tensor packed = tensor::empty({bytes}, at::kByte);
    if (bytes > 0)
        take(packed, from, tag);
    const auto* place = static_cast<const char*>(packed.const_data_ptr());
    for (base::Blob& blob : blobs) {
        std::memcpy(blob.bytes.data(), place, blob.bytes.size());
        place += blob.bytes.size();
    }
    return blobs;
}

}

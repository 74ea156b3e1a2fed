// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/ranks/world.h"

#include <chrono>
#include <map>
#include <optional>

namespace c10d {
class Work;
}
namespace core::train::ranks {

/// Tensors from one rank to another, over c10d's send and recv: of devices by NCCL where a pipeline has it, else
/// through the machine's own memory. A rank that is lost is named as World does it.
class Mail {
public:
    explicit Mail(World& world) : m_world(world) {}

    /// Leaves at once; what is sent stays as it is until settle().
    void send(const at::Tensor& values, std::int64_t to, int tag);
    /// Waits for what `from` sent with this tag, in order. Sizes behind the first, type and layout in memory are told
    /// with the first message of a tag; `rows` is the first size. It comes to lie on `device`.
    at::Tensor receive(std::int64_t from, int tag, std::int64_t rows, at::Device device = at::kCPU);
    /// All of `tensors`, whose sizes and types the receiver knows, in one message.
    void sendAll(const std::vector<at::Tensor>& tensors, std::int64_t to, int tag);
    void receiveAll(const std::vector<at::Tensor>& into, std::int64_t from, int tag);
    /// What the other rank does not know the shapes of.
    void sendBlobs(const std::vector<tensor::NamedTensor>& tensors, std::int64_t to, int tag);
    std::vector<base::Blob> receiveBlobs(std::int64_t from, int tag);
    /// Until all that was sent has been received.
    void settle();
    /// The same but for the newest `most`.
    void settle(std::size_t most);
    /// How long another rank may take from here on; else it is the world's timeout.
    void wait(std::chrono::milliseconds most) { m_patience = most; }
    /// Shapes may be others from here on, on all ranks.
    void forget() { m_shapes.clear(); }

private:
    struct Shape {
        at::ScalarType type = at::kFloat;
        bool channelsLast = false;
        std::vector<std::int64_t> sizes; ///< behind the first
        bool operator==(const Shape&) const = default;
    };
    struct Sent;

    bool goesDirect(at::Device device, std::int64_t other) const;
    void finish(c10d::Work& work, const at::Tensor& values) const;
    void post(at::Tensor values, std::int64_t to, int tag);
    void take(const at::Tensor& into, std::int64_t from, int tag);

    World& m_world;
    std::map<std::pair<std::int64_t, int>, Shape> m_shapes; ///< by the other rank and the tag; negative: sent
    std::vector<std::shared_ptr<Sent>> m_sent;
    std::optional<std::chrono::milliseconds> m_patience;
};

/// Tags of messages.
enum Tag : int { activationTag = 1, gradientTag, outputTag, weightsTag, gradientsTag, stateTag, passedTag, targetTag };

}

// SPDX-License-Identifier: GPL-3.0-or-later
// For the sources of core/train/ranks alone.
#pragma once

#include "core/tensor/tensor.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace core::train::ranks {

/// Sums and messages among the ranks of one machine, threads or processes, through memory that all of them map (a
/// memfd, which goes with the last of them). All post the same operations in the same order, and may compute between
/// posting one and finishing it. Sums add in the order of the ranks, so that their bits depend on nothing else. What
/// waits for a rank that is lost or hangs throws std::runtime_error. For one thread of each rank.
class SharedMemory {
public:
    using Operation = std::uint32_t; ///< its number

    /// At rank 0. Nothing where the system has no such memory.
    static std::unique_ptr<SharedMemory> make(std::int64_t size, std::chrono::milliseconds timeout);
    /// What the others open it by: the process and the file's number in it.
    std::string name() const;
    /// At another rank. Nothing where it cannot be opened: another machine, another user.
    static std::unique_ptr<SharedMemory> open(const std::string& name, std::int64_t rank, std::int64_t size,
                                              std::chrono::milliseconds timeout);
    ~SharedMemory();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    /// Asked now and then while waiting.
    void askWhoIsGone(std::function<bool(std::int64_t rank)> gone) { m_gone = std::move(gone); }

    /// Whether sums of such tensors can be made here: dense ones of numbers in float, double or long.
    static bool sums(const at::Tensor& values);
    /// Of all ranks; `values` becomes the sum when it is finished.
    Operation postSum(const at::Tensor& values);
    /// What `root` has, on all ranks; any dense tensor.
    Operation postShare(const at::Tensor& values, std::int64_t root = 0);
    /// Waits until it is done, and all that were posted before it.
    void finish(Operation operation);

    /// Rank 0 tells each of the others a number, which they hear in order, however long that takes.
    void tell(std::int64_t number);
    std::int64_t hear();

    /// This rank takes part no more; whoever waits for it notices.
    void leave();

private:
    struct Bell;
    struct Seat;
    struct Head;
    struct Pending {
        at::Tensor values;
        std::int64_t root; ///< −1: a sum
    };
    struct Posted {
        Operation number;
        std::size_t begin, end;
    };

    SharedMemory(int file, void* memory, std::int64_t rank, std::int64_t size, std::chrono::milliseconds timeout);
    static std::unique_ptr<SharedMemory> map(int file, std::int64_t rank, std::int64_t size,
                                             std::chrono::milliseconds timeout);
    Head& head() const;
    Seat& seat(std::int64_t rank) const;
    char* room(std::int64_t rank) const;
    template <typename Ready>
    void wait(Bell& bell, std::int64_t whose, std::optional<std::chrono::milliseconds> most, const Ready& ready);
    void look(std::int64_t whose, bool all) const;
    Operation post(const at::Tensor& values, std::int64_t root);
    Operation inParts(const at::Tensor& values, std::int64_t root);
    std::size_t place(std::size_t bytes);
    std::optional<std::size_t> freePlace(std::size_t bytes);
    void finishOldest();
    template <typename T>
    void add(const at::Tensor& values, Operation number) const;

    int m_file;
    void* m_memory;
    std::int64_t m_rank, m_size;
    std::chrono::milliseconds m_timeout;
    int m_spins;
    std::function<bool(std::int64_t)> m_gone;
    Operation m_next = 0, m_done = 0;
    std::uint32_t m_heard = 0;
    std::deque<Pending> m_pending; ///< from m_done on
    std::deque<Posted> m_posted;   ///< which somebody may still read
};

}

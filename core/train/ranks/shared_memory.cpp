// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/shared_memory.h"

#include "core/base/clock.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace core::train::ranks {

namespace {

constexpr std::size_t kept = 64; ///< operations and orders that may be under way
// Of each rank; only what is used takes memory.
constexpr std::size_t roomBytes = std::size_t(64) << 20, mostAtOnce = roomBytes / 2, line = 64;
constexpr double untilSleep = 0.001;                  // seconds
constexpr auto slice = std::chrono::milliseconds(50); ///< until somebody who waits looks round

using Counter = std::atomic<std::uint32_t>;
static_assert(Counter::is_always_lock_free && sizeof(Counter) == 4);

bool behind(std::uint32_t number, std::uint32_t other)
{
    return std::int32_t(number - other) > 0;
}

std::size_t lines(std::size_t bytes)
{
    return (bytes + line - 1) / line * line;
}

// In parts of a fixed length, which compilers make vector instructions of at -O2.
template <typename T>
void addTo(T* __restrict sum, const T* __restrict values, std::int64_t count)
{
    constexpr std::int64_t part = 16;
    std::int64_t i = 0;
    for (; i + part <= count; i += part)
        for (std::int64_t k = 0; k < part; ++k)
            sum[i + k] += values[i + k];
    for (; i < count; ++i)
        sum[i] += values[i];
}

void relax()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}

// A number that only grows, and those who sleep until it does.
struct SharedMemory::Bell {
    alignas(line) Counter count{0};
    Counter sleepers{0};

    void wake() { ::syscall(SYS_futex, &count, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }
    void ring()
    {
        count.fetch_add(1);
        if (sleepers.load() > 0)
            wake();
    }
    void sleep(std::uint32_t now)
    {
        const timespec most{0, std::chrono::nanoseconds(slice).count()};
        sleepers.fetch_add(1);
        if (count.load() == now)
            ::syscall(SYS_futex, &count, FUTEX_WAIT, now, &most, nullptr, 0);
        sleepers.fetch_sub(1);
    }
};

struct SharedMemory::Seat {
    Bell posted, done, heard;
    alignas(line) Counter left{0};
    std::array<std::atomic<std::uint64_t>, kept> begins{}; ///< of operations, in this rank's room
};

struct SharedMemory::Head {
    Bell told;
    std::array<std::atomic<std::int64_t>, kept> orders{};
};

SharedMemory::SharedMemory(int file, void* memory, std::int64_t rank, std::int64_t size,
                           std::chrono::milliseconds timeout)
    : m_file(file),
      m_memory(memory),
      m_rank(rank),
      m_size(size),
      m_timeout(timeout),
      m_spins(std::int64_t(std::thread::hardware_concurrency()) >= size ? 2000 : 0)
{
}

namespace {

std::size_t bytesOfAll(std::size_t head, std::int64_t size)
{
    return head + std::size_t(size) * roomBytes;
}

}

std::unique_ptr<SharedMemory> SharedMemory::map(int file, std::int64_t rank, std::int64_t size,
                                                std::chrono::milliseconds timeout)
{
    const std::size_t bytes = bytesOfAll(sizeof(Head) + std::size_t(size) * sizeof(Seat), size);
    struct stat found {};
    const bool fits = ::fstat(file, &found) == 0 && found.st_size == off_t(bytes);
    void* memory = fits ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    if (memory == MAP_FAILED) {
        ::close(file);
        return nullptr;
    }
    return std::unique_ptr<SharedMemory>(new SharedMemory(file, memory, rank, size, timeout));
}

std::unique_ptr<SharedMemory> SharedMemory::make(std::int64_t size, std::chrono::milliseconds timeout)
{
    const std::size_t bytes = bytesOfAll(sizeof(Head) + std::size_t(size) * sizeof(Seat), size);
    // Beyond it the system ends the program.
    rlimit most{};
    if (::getrlimit(RLIMIT_FSIZE, &most) != 0 || most.rlim_cur < bytes)
        return nullptr;
    const int file = ::memfd_create("descent-ranks", MFD_CLOEXEC);
    if (file < 0)
        return nullptr;
    // Zero is how all of it begins.
    if (::ftruncate(file, off_t(bytes)) != 0) {
        ::close(file);
        return nullptr;
    }
    return map(file, 0, size, timeout);
}

std::string SharedMemory::name() const
{
    return std::to_string(::getpid()) + " " + std::to_string(m_file);
}

std::unique_ptr<SharedMemory> SharedMemory::open(const std::string& name, std::int64_t rank, std::int64_t size,
                                                 std::chrono::milliseconds timeout)
{
    int process = 0, number = 0;
    if (std::sscanf(name.c_str(), "%d %d", &process, &number) != 2)
        return nullptr;
    const std::string path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(number);
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    return file < 0 ? nullptr : map(file, rank, size, timeout);
}

SharedMemory::~SharedMemory()
{
    leave();
    ::munmap(m_memory, bytesOfAll(sizeof(Head) + std::size_t(m_size) * sizeof(Seat), m_size));
    ::close(m_file);
}

SharedMemory::Head& SharedMemory::head() const
{
    return *static_cast<Head*>(m_memory);
}

SharedMemory::Seat& SharedMemory::seat(std::int64_t rank) const
{
    return reinterpret_cast<Seat*>(static_cast<char*>(m_memory) + sizeof(Head))[rank];
}

char* SharedMemory::room(std::int64_t rank) const
{
    return static_cast<char*>(m_memory) + sizeof(Head) + std::size_t(m_size) * sizeof(Seat) +
           std::size_t(rank) * roomBytes;
}

// Whoever left is waited for in vain, and so is whoever waits for them; an order comes from rank 0 alone.
void SharedMemory::look(std::int64_t whose, bool all) const
{
    for (std::int64_t rank = 0; rank < m_size; ++rank)
        if (rank != m_rank && (all || rank == whose) && (seat(rank).left.load() > 0 || (m_gone && m_gone(rank))))
            throw std::runtime_error("the connection to rank " + std::to_string(rank) + " was closed while rank " +
                                     std::to_string(whose) + " was waited for");
}

template <typename Ready>
void SharedMemory::wait(Bell& bell, std::int64_t whose, std::optional<std::chrono::milliseconds> most,
                        const Ready& ready)
{
    for (int spin = 0; spin < m_spins; ++spin) {
        if (ready())
            return;
        relax();
    }
    const double began = base::steadySeconds();
    // To sleep and be woken takes longer than ranks usually differ; whoever else wants the core gets it.
    while (m_spins > 0 && base::steadySeconds() - began < untilSleep) {
        ::sched_yield();
        if (ready())
            return;
    }
    for (;;) {
        const std::uint32_t now = bell.count.load();
        if (ready())
            return;
        bell.sleep(now);
        if (ready())
            return;
        if (bell.count.load() != now)
            continue;
        look(whose, most.has_value());
        if (most && base::steadySeconds() - began > std::chrono::duration<double>(*most).count())
            throw std::runtime_error("the connection to rank " + std::to_string(whose) + " timed out");
    }
}

bool SharedMemory::sums(const at::Tensor& values)
{
    const at::ScalarType type = values.scalar_type();
    return values.device().is_cpu() && (type == at::kFloat || type == at::kDouble || type == at::kLong);
}

SharedMemory::Operation SharedMemory::postSum(const at::Tensor& values)
{
    return post(values, -1);
}

SharedMemory::Operation SharedMemory::postShare(const at::Tensor& values, std::int64_t root)
{
    return post(values, root);
}

SharedMemory::Operation SharedMemory::post(const at::Tensor& values, std::int64_t root)
{
    TORCH_CHECK(values.is_non_overlapping_and_dense(), "only dense tensors are shared among ranks");
    if (values.nbytes() > mostAtOnce)
        return inParts(values, root);
    const bool sends = root < 0 || root == m_rank;
    const std::size_t bytes = sends ? values.nbytes() : 0;
    const std::size_t begin = place(lines(bytes));
    if (bytes > 0)
        std::memcpy(room(m_rank) + begin, values.const_data_ptr(), bytes);
    const Operation number = m_next++;
    seat(m_rank).begins[number % kept].store(begin);
    m_posted.push_back({number, begin, begin + lines(bytes)});
    m_pending.push_back({values, root});
    seat(m_rank).posted.ring();
    return number;
}

SharedMemory::Operation SharedMemory::inParts(const at::Tensor& values, std::int64_t root)
{
    // As it lies in memory.
    const at::Tensor flat = values.as_strided({values.numel()}, {1});
    const auto each = std::int64_t(mostAtOnce / values.element_size());
    Operation last = 0;
    for (std::int64_t first = 0; first < flat.numel(); first += each) {
        last = post(flat.narrow(0, first, std::min(each, flat.numel() - first)), root);
        finish(last);
    }
    return last;
}

// Where there is room for it; behind what others still read, or at the beginning, which is warm.
std::optional<std::size_t> SharedMemory::freePlace(std::size_t bytes)
{
    std::uint32_t read = m_done;
    for (std::int64_t rank = 0; rank < m_size; ++rank)
        if (const std::uint32_t done = seat(rank).done.count.load(); behind(read, done))
            read = done;
    while (!m_posted.empty() && behind(read, m_posted.front().number))
        m_posted.pop_front();
    if (m_posted.empty())
        return 0;
    if (m_posted.size() >= kept)
        return {};
    const std::size_t first = m_posted.front().begin, last = m_posted.back().end;
    // Nothing ever ends where the first begins: there would be no telling full from empty.
    if (last < first)
        return last + bytes < first ? std::optional(last) : std::nullopt;
    if (last + bytes <= roomBytes)
        return last;
    return bytes < first ? std::optional<std::size_t>(0) : std::nullopt;
}

std::size_t SharedMemory::place(std::size_t bytes)
{
    for (;;) {
        if (const auto found = freePlace(bytes))
            return *found;
        if (!m_pending.empty()) {
            finishOldest();
            continue;
        }
        const Operation oldest = m_posted.front().number;
        for (std::int64_t rank = 0; rank < m_size; ++rank) {
            Bell& done = seat(rank).done;
            wait(done, rank, m_timeout, [&] { return behind(done.count.load(), oldest); });
        }
    }
}

void SharedMemory::finish(Operation operation)
{
    while (!behind(m_done, operation))
        finishOldest();
}

template <typename T>
void SharedMemory::add(const at::Tensor& values, Operation number) const
{
    constexpr std::int64_t block = 4096; ///< stays in the nearest cache
    T* sum = static_cast<T*>(values.mutable_data_ptr());
    for (std::int64_t first = 0; first < values.numel(); first += block) {
        const std::int64_t count = std::min(block, values.numel() - first);
        for (std::int64_t rank = 0; rank < m_size; ++rank) {
            const T* theirs = reinterpret_cast<const T*>(room(rank) + seat(rank).begins[number % kept].load()) + first;
            T* here = sum + first;
            if (rank == 0)
                std::copy_n(theirs, count, here);
            else
                addTo(here, theirs, count);
        }
    }
}

void SharedMemory::finishOldest()
{
    const Operation number = m_done;
    const Pending& one = m_pending.front();
    for (std::int64_t rank = 0; rank < m_size; ++rank)
        if (rank != m_rank && (one.root < 0 || rank == one.root)) {
            Bell& posted = seat(rank).posted;
            wait(posted, rank, m_timeout, [&] { return behind(posted.count.load(), number); });
        }
    if (one.root < 0) {
        switch (one.values.scalar_type()) {
        case at::kFloat:
            add<float>(one.values, number);
            break;
        case at::kDouble:
            add<double>(one.values, number);
            break;
        default:
            add<std::int64_t>(one.values, number);
            break;
        }
    } else if (one.root != m_rank && one.values.nbytes() > 0) {
        std::memcpy(one.values.mutable_data_ptr(), room(one.root) + seat(one.root).begins[number % kept].load(),
                    one.values.nbytes());
    }
    m_pending.pop_front();
    ++m_done;
    seat(m_rank).done.ring();
}

void SharedMemory::tell(std::int64_t number)
{
    Head& all = head();
    const std::uint32_t next = all.told.count.load();
    for (std::int64_t rank = 1; rank < m_size; ++rank) {
        Bell& heard = seat(rank).heard;
        wait(heard, rank, m_timeout, [&] { return behind(heard.count.load() + std::uint32_t(kept), next); });
    }
    all.orders[next % kept].store(number);
    all.told.ring();
}

std::int64_t SharedMemory::hear()
{
    Bell& told = head().told;
    wait(told, 0, {}, [&] { return behind(told.count.load(), m_heard); });
    const std::int64_t number = head().orders[m_heard % kept].load();
    ++m_heard;
    seat(m_rank).heard.ring();
    return number;
}

void SharedMemory::leave()
{
    if (seat(m_rank).left.exchange(1) > 0)
        return;
    // Whoever missed this looks round in a moment.
    head().told.wake();
    seat(m_rank).posted.wake();
    seat(m_rank).done.wake();
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/thrown.h"
#include "core/train/ranks/c10d.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <random>
#include <sstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace core::train::ranks {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;
using base::Value;

namespace {

// An order may be long in coming: a pause, an evaluation. One that has died is noticed all the same.
constexpr std::chrono::milliseconds untilTold = std::chrono::hours(24 * 30);
constexpr int orderTag = 0; ///< before those of mail.h

std::string freshToken()
{
    std::random_device device;
    std::string token;
    for (int i = 0; i < 4; ++i) {
        char part[9];
        std::snprintf(part, sizeof part, "%08x", device());
        token += part;
    }
    return token;
}

// c10d notes every collective in one record of the process, whose map of groups is not guarded: with a group for each
// thread it would break. Programs leave it out before they start a thread (session::prepareProcess); whoever did not
// does now.
void leaveOutRecord()
{
    constexpr const char* entries = "TORCH_FR_BUFFER_SIZE";
    static std::once_flag once;
    std::call_once(once, [] {
        const char* now = std::getenv(entries);
        if (!now || std::string_view(now) != "0")
            ::setenv(entries, "0", 1);
    });
}

// Listens at that address alone; c10d's own server would listen at every one.
Result<int> listenAt(Place& place)
{
    addrinfo hints{}, *found = nullptr;
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    const std::string where = place.host + ":" + std::to_string(place.port);
    if (::getaddrinfo(place.host.c_str(), nullptr, &hints, &found) != 0 || !found)
        return Error{ErrorKind::Usage, "no such host", place.host, "The address of rank 0's machine"};
    sockaddr_in address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
    ::freeaddrinfo(found);
    address.sin_port = htons(std::uint16_t(place.port));
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (socket < 0)
        return base::systemError("open a socket at", where, errno);
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket, 1024) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        const Error error = base::systemError("listen at", where, errno);
        ::close(socket);
        return error;
    }
    place.port = ntohs(address.sin_port);
    return socket;
}

bool sharesMemory(const Place& place)
{
    constexpr std::int64_t most = 64;
    const char* disabled = std::getenv("DESCENT_SHM_DISABLE");
    return place.size > 1 && place.size <= most && place.local() && !(disabled && std::string_view(disabled) == "1");
}

// A message in one piece, of a length that the other side knows.
at::Tensor over(std::string& text)
{
    at::Tensor bytes = tensor::empty({std::int64_t(text.size())}, at::kByte);
    std::memcpy(bytes.mutable_data_ptr(), text.data(), text.size());
    return bytes;
}

}

World::World(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
World::~World() = default;

Result<std::shared_ptr<World>> World::open(Place place, double timeoutS, double startS)
{
    leaveOutRecord();
    auto parts = std::make_unique<Parts>();
    parts->timeout = std::chrono::milliseconds(std::int64_t(timeoutS * 1000));
    parts->startS = startS;
    c10d::TCPStoreOptions options;
    options.waitWorkers = false;
    options.timeout = std::chrono::milliseconds(std::int64_t(std::max(startS, 2 * World::usualStartS) * 1000));
    if (place.host == "localhost")
        place.host = "127.0.0.1";
    if (place.rank == 0 && !place.storeIsThere) {
        if (place.token.empty())
            place.token = freshToken();
        const std::lock_guard lock(listening());
        CORE_TRY(socket, listenAt(place));
        options.isServer = true;
        options.masterListenFd = socket;
    }
    options.port = std::uint16_t(place.port);
    try {
        parts->root = c10::make_intrusive<c10d::TCPStore>(place.host, options);
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, "rank " + std::to_string(place.rank) + " cannot reach rank 0",
                     place.host + ":" + std::to_string(place.port), "Start all ranks, with the same address and port"};
    }
    parts->firstToken = place.token;
    parts->place = std::move(place);
    parts->useToken(parts->firstToken);
    return std::shared_ptr<World>(new World(std::move(parts)));
}

Result<std::vector<std::shared_ptr<World>>> World::ofThreads(std::int64_t size, double timeoutS)
{
    leaveOutRecord();
    const auto store = c10::make_intrusive<c10d::HashStore>();
    std::vector<std::shared_ptr<World>> worlds;
    for (std::int64_t rank = 0; rank < size; ++rank) {
        auto parts = std::make_unique<Parts>();
        parts->place = {.rank = rank, .size = size, .localRank = rank, .localSize = size, .starter = "threads"};
        parts->timeout = std::chrono::milliseconds(std::int64_t(timeoutS * 1000));
        parts->root = store;
        parts->useToken({});
        worlds.push_back(std::shared_ptr<World>(new World(std::move(parts))));
    }
    return worlds;
}

// Waits for what that rank sets in the store when it is there.
Status World::come(const char* what, std::int64_t other, double until)
{
    Parts& own = *m_parts;
    while (!own.store->check({keyOf(what, other)})) {
        const bool ended = own.gone && other != rank() && own.gone(other);
        if (ended || base::steadySeconds() > until)
            return giveUp(other, ended);
        if (own.store->check({"late"}))
            return giveUp(std::strtoll(textOf(own.store->get("late")).c_str(), nullptr, 10), false);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return {};
}

// Those that have come can go on without it, or with another in its place.
Status World::giveUp(std::int64_t other, bool ended)
{
    Parts& own = *m_parts;
    own.lost = true;
    own.late = other;
    own.store->set(keyOf("alive", rank()), bytesOf("1"));
    own.store->set("late", bytesOf(std::to_string(other)));
    const std::string which = "rank " + std::to_string(other),
                      log = "rank-" + std::to_string(other) + ".log of the run";
    const bool launched = own.place.starter == "launch";
    char within[32];
    std::snprintf(within, sizeof within, "%g s", own.startS);
    return Error{ErrorKind::Run,
                 which + " of " + std::to_string(size()) + (ended ? " has ended" : " has not come within ") +
                     (ended ? "" : within),
                 own.place.host + ":" + std::to_string(own.place.port),
                 ended      ? "See what it said, in " + log
                 : launched ? "See what it said, in " + log + "; launch --start-timeout says how long it may take"
                            : "Start all ranks, with the same address and port"};
}

// All ranks or none.
Status World::meetInMemory(double until)
{
    Parts& own = *m_parts;
    const std::string name = textOf(own.store->get("memory"));
    if (rank() > 0 && !name.empty() && sharesMemory(own.place))
        own.memory = SharedMemory::open(name, rank(), size(), own.timeout);
    own.store->set(keyOf("maps", rank()), bytesOf(own.memory ? "1" : "0"));
    bool all = true;
    for (std::int64_t other = 0; other < size(); ++other) {
        CORE_CHECK(come("maps", other, until));
        all = all && textOf(own.store->get(keyOf("maps", other))) == "1";
    }
    if (!all)
        own.memory.reset();
    else
        own.memory->askWhoIsGone([&own](std::int64_t other) { return own.isGone(other); });
    return {};
}

Status World::meet()
{
    Parts& own = *m_parts;
    try {
        auto [device, endpoint] = listeningDevice(own.place);
        if (rank() == 0) {
            own.memory = sharesMemory(own.place) ? SharedMemory::make(size(), own.timeout) : nullptr;
            own.store->set("memory", bytesOf(own.memory ? own.memory->name() : ""));
        }
        own.store->set(keyOf("who", rank()), bytesOf(std::to_string(::getpid()) + " " + endpoint + " " + hostName()));
        const double until = base::steadySeconds() + (rank() == 0 ? 1 : 2) * own.startS;
        for (std::int64_t other = 0; other < size(); ++other) {
            CORE_CHECK(come("who", other, until));
            std::istringstream who(textOf(own.store->get(keyOf("who", other))));
            Member member{.rank = other};
            std::string listens;
            who >> member.process >> listens >> member.host;
            member.seen = member.host == hostName() && processGoes(member.process);
            own.members.push_back(std::move(member));
            own.endpoints.push_back(std::move(listens));
        }
        CORE_CHECK(meetInMemory(until));
        auto options = c10d::ProcessGroupGloo::Options::create(own.timeout);
        options->devices.push_back(std::move(device));
        const auto gloo =
            c10::make_intrusive<c10d::ProcessGroupGloo>(own.store, int(rank()), int(size()), std::move(options));
        own.group = c10::make_intrusive<c10d::ProcessGroup>(own.store, int(rank()), int(size()));
        own.group->setBackend(at::kCPU, c10d::ProcessGroup::BackendType::GLOO, gloo);
        own.group->setBackend(at::kCUDA, c10d::ProcessGroup::BackendType::GLOO, gloo);
        own.group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    } catch (const std::exception& failure) {
        return blame(failure.what());
    }
    return {};
}

void World::stillHere() const
{
    if (!m_parts->group)
        throw base::Thrown(
            Error{ErrorKind::Run, "the ranks have parted", "step " + std::to_string(m_parts->step), "Resume the run"});
}

const Place& World::place() const
{
    return m_parts->place;
}

const std::vector<Member>& World::members() const
{
    return m_parts->members;
}

std::int64_t World::ranksHere() const
{
    const std::vector<Member>& all = members();
    if (std::size_t(rank()) >= all.size())
        return 1;
    const std::string& host = all[std::size_t(rank())].host;
    return std::min(place().localSize, std::int64_t(std::ranges::count(all, host, &Member::host)));
}

std::function<void()> World::sumBeside(const at::Tensor& values)
{
    stillHere();
    if (size() == 1)
        return [] {};
    try {
        if (SharedMemory* memory = m_parts->memory.get();
            memory && SharedMemory::sums(values) && !m_parts->goesDirect(values))
            return [this, memory, operation = memory->postSum(values)] {
                try {
                    memory->finish(operation);
                } catch (const std::exception& failure) {
                    throw base::Thrown(blame(failure.what()));
                }
            };
        std::vector<at::Tensor> all{values};
        auto work = m_parts->group->allreduce(all);
        return [this, work, all] {
            try {
                m_parts->finish(*work, all[0]);
            } catch (const std::exception& failure) {
                throw base::Thrown(blame(failure.what()));
            }
        };
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
}

void World::sum(const at::Tensor& values)
{
    const double began = base::steadySeconds();
    sumBeside(values)();
    m_parts->scope.waited(base::steadySeconds() - began);
}

Microscope& World::microscope()
{
    return m_parts->scope;
}

void World::share(const at::Tensor& values)
{
    stillHere();
    if (size() == 1)
        return;
    try {
        if (SharedMemory* memory = m_parts->memory.get(); memory && values.is_cpu() && !m_parts->goesDirect(values)) {
            memory->finish(memory->postShare(values));
            return;
        }
        std::vector<at::Tensor> all{values};
        const auto work = m_parts->group->broadcast(all);
        m_parts->finish(*work, values);
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
}

// A length of 0 means the next step, which is most of what there is to tell.
void World::tell(const Order& order)
{
    stillHere();
    if (size() == 1)
        return;
    std::string text;
    if (!order.what.isNull()) {
        m_parts->ended = order.what["do"].text() == "end";
        base::Array shapes;
        for (const base::Blob& blob : order.tensors) {
            base::Array shape(blob.shape.begin(), blob.shape.end());
            shapes.push_back(base::Object{{"name", blob.name},
                                          {"dtype", blob.dtype},
                                          {"shape", std::move(shape)},
                                          {"bytes", std::int64_t(blob.bytes.size())}});
        }
        text = base::writeJson(base::Object{{"what", order.what}, {"tensors", std::move(shapes)}});
    }
    at::Tensor length = tensor::empty({1}, at::kLong);
    *length.mutable_data_ptr<std::int64_t>() = std::int64_t(text.size());
    // To each by itself: whoever waits for an order waits for rank 0 alone.
    try {
        std::vector<at::Tensor> all{length};
        std::vector<c10::intrusive_ptr<c10d::Work>> sent;
        for (std::int64_t other = 1; other < size() && !m_parts->memory; ++other)
            sent.push_back(m_parts->group->send(all, int(other), orderTag));
        for (const auto& each : sent)
            each->wait(m_parts->timeout);
        if (m_parts->memory)
            m_parts->memory->tell(std::int64_t(text.size()));
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
    if (!text.empty())
        share(over(text));
    for (const base::Blob& blob : order.tensors)
        if (!blob.bytes.empty()) {
            std::string bytes = blob.bytes;
            share(over(bytes));
        }
}

Order World::hear()
{
    stillHere();
    at::Tensor length = tensor::empty({1}, at::kLong);
    try {
        std::vector<at::Tensor> all{length};
        if (m_parts->memory)
            *length.mutable_data_ptr<std::int64_t>() = m_parts->memory->hear();
        else
            m_parts->group->recv(all, 0, orderTag)->wait(untilTold);
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
    const auto received = [this](std::int64_t size) {
        at::Tensor bytes = tensor::empty({size}, at::kByte);
        if (size > 0)
            share(bytes);
        return std::string(static_cast<const char*>(bytes.const_data_ptr()), std::size_t(size));
    };
    const std::int64_t size = *length.const_data_ptr<std::int64_t>();
    Order order;
    if (size == 0)
        return order;
    auto told = base::parseJson(received(size));
    if (!told)
        throw base::Thrown(told.error());
    order.what = (*told)["what"];
    m_parts->ended = order.what["do"].text() == "end";
    for (const Value& each : (*told)["tensors"].array()) {
        base::Blob blob;
        blob.name = each["name"].text();
        blob.dtype = each["dtype"].text();
        for (const Value& side : each["shape"].array())
            blob.shape.push_back(side.toInt());
        blob.bytes = received(each["bytes"].toInt());
        order.tensors.push_back(std::move(blob));
    }
    return order;
}

void World::at(std::int64_t step)
{
    m_parts->step = step;
}

std::int64_t Digests::other() const
{
    for (std::size_t rank = 1; rank < ofRank.size(); ++rank)
        if (ofRank[rank] != ofRank[0])
            return std::int64_t(rank);
    return -1;
}

Digests compare(World& world, const std::vector<std::uint32_t>& digests)
{
    at::Tensor all = tensor::zeros({world.size()}, at::kLong);
    std::int64_t* numbers = all.mutable_data_ptr<std::int64_t>();
    numbers[world.rank()] = std::int64_t(base::hashOf(digests.data(), digests.size() * sizeof digests[0]) >> 1);
    world.sum(all);
    return {{numbers, numbers + world.size()}};
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that are lost: how that is noticed and named, and how the others go on.
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/thrown.h"
#include "core/train/ranks/c10d.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <filesystem>
#include <netdb.h>
#include <set>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace core::train::ranks {

using base::Error;
using base::ErrorKind;
using base::Value;

namespace {

constexpr double namesWithin = 0.5; ///< seconds in which survivors of a hang say that they are
constexpr double decidesWithin = 120;
constexpr std::chrono::milliseconds glance{5};

std::string endpointOf(const sockaddr_storage& address)
{
    char text[INET6_ADDRSTRLEN] = {};
    int port = 0;
    if (address.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
        port = ntohs(four.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        ::inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
        port = ntohs(six.sin6_port);
    } else {
        return {};
    }
    return std::string(text) + ":" + std::to_string(port);
}

// This process's sockets with their own and their other end; the latter empty for one that listens.
struct Socket {
    int file = -1;
    std::string here, there;
    bool listens = false;
};

std::vector<Socket> socketsOpen()
{
    std::vector<Socket> all;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", none)) {
        const int file = std::atoi(entry.path().filename().c_str());
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        if (::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            continue;
        Socket one{file, endpointOf(address), {}, false};
        size = sizeof address;
        if (::getpeername(file, reinterpret_cast<sockaddr*>(&address), &size) == 0)
            one.there = endpointOf(address);
        int listens = 0;
        size = sizeof listens;
        ::getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
        one.listens = listens != 0;
        if (!one.here.empty())
            all.push_back(std::move(one));
    }
    return all;
}

// The address of this machine by which rank 0's machine is reached; empty if that cannot be told.
std::string addressTowards(const std::string& host)
{
    addrinfo hints{}, *found = nullptr;
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_DGRAM;
    if (::getaddrinfo(host.c_str(), "9", &hints, &found) != 0 || !found)
        return {};
    std::string address;
    // Nothing is sent: that the socket has another end is enough.
    const int file = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    socklen_t size = sizeof own;
    char text[INET_ADDRSTRLEN] = {};
    if (file >= 0 && ::connect(file, found->ai_addr, found->ai_addrlen) == 0 &&
        ::getsockname(file, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
        ::inet_ntop(AF_INET, &own.sin_addr, text, sizeof text))
        address = text;
    if (file >= 0)
        ::close(file);
    ::freeaddrinfo(found);
    return address;
}

std::set<std::string> listenersOpen()
{
    std::set<std::string> all;
    for (const Socket& each : socketsOpen())
        if (each.listens)
            all.insert(each.here);
    return all;
}

}

std::vector<std::uint8_t> bytesOf(const std::string& text)
{
    return {text.begin(), text.end()};
}

std::string textOf(const std::vector<std::uint8_t>& bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::string keyOf(const char* what, std::int64_t rank)
{
    return std::string(what) + "/" + std::to_string(rank);
}

std::string hostName()
{
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

bool processGoes(std::int64_t process)
{
    const auto stat = base::readFile("/proc/" + std::to_string(process) + "/stat", 1 << 12);
    const std::size_t end = stat ? stat->rfind(')') : std::string::npos;
    return end != std::string::npos && end + 2 < stat->size() && (*stat)[end + 2] != 'Z' && (*stat)[end + 2] != 'X';
}

std::mutex& listening()
{
    static std::mutex one;
    return one;
}

std::pair<std::shared_ptr<::gloo::transport::Device>, std::string> listeningDevice(const Place& place)
{
    const std::lock_guard lock(listening());
    const std::set<std::string> before = listenersOpen();
    // Nobody else on the network is listened to, unless the ranks stand on several machines; then at the address by
    // which they reach each other, not at what a machine's name happens to mean there.
    const std::string address = place.local()                       ? "127.0.0.1"
                                : std::getenv("GLOO_SOCKET_IFNAME") ? std::string()
                                                                    : addressTowards(place.host);
    auto device = address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                                  : c10d::ProcessGroupGloo::createDeviceForHostname(address);
    for (const std::string& each : listenersOpen())
        if (!before.contains(each))
            return {std::move(device), each};
    return {std::move(device), "-"};
}

void cutConnections(const std::vector<std::string>& endpoints)
{
    const std::set<std::string> known(endpoints.begin(), endpoints.end());
    for (const Socket& each : socketsOpen())
        if (!each.listens && (known.contains(each.here) || known.contains(each.there)))
            ::shutdown(each.file, SHUT_RDWR);
}

void World::Parts::cut()
{
    if (memory)
        memory->leave();
    cutConnections(endpoints);
}

void World::Parts::useToken(const std::string& token)
{
    place.token = token;
    store = c10::make_intrusive<c10d::PrefixStore>("descent/" + token, root);
}

bool World::Parts::isGone(std::int64_t rank) const
{
    if (gone)
        return gone(rank);
    if (std::size_t(rank) >= members.size())
        return false;
    const Member& member = members[std::size_t(rank)];
    return member.seen && member.process != ::getpid() && !processGoes(member.process);
}

Error World::Parts::lostError(std::int64_t rank, const char* advice) const
{
    const bool known = std::size_t(rank) < members.size();
    return {ErrorKind::Run,
            "rank " + std::to_string(rank) + " of " + std::to_string(place.size) + " was lost" +
                (known ? " (process " + std::to_string(members[std::size_t(rank)].process) + " on " +
                             members[std::size_t(rank)].host + ")"
                       : std::string()),
            "step " + std::to_string(step), advice};
}

void World::askWhoIsGone(std::function<bool(std::int64_t)> gone)
{
    m_parts->gone = std::move(gone);
}

void World::tellTrouble(const Error& error)
{
    if (m_parts->lost)
        return;
    try {
        m_parts->store->set(keyOf("trouble", rank()),
                            bytesOf(base::writeJson(base::Object{{"message", error.message},
                                                                 {"where", error.where},
                                                                 {"advice", error.advice},
                                                                 {"resource", error.kind == ErrorKind::Resource}})));
    } catch (const std::exception&) {
        // Rank 0 is gone too.
    }
}

Error World::blame(const std::string& what)
{
    Parts& own = *m_parts;
    own.lost = true;
    const std::string where = "step " + std::to_string(own.step);
    // Whoever is computing says later that it is there; one that was waited for in vain does not.
    const bool inVain = what.find("imed out") != what.npos || what.find("imeout") != what.npos;
    try {
        own.store->set(keyOf("alive", rank()), bytesOf("1"));
        own.cut();
        const double until =
            base::steadySeconds() + (inVain ? namesWithin : std::chrono::duration<double>(own.timeout).count());
        for (;;) {
            std::int64_t silent = -1;
            for (std::int64_t other = 0; other < size(); ++other) {
                if (other == rank())
                    continue;
                if (own.store->check({keyOf("trouble", other)}))
                    if (auto said = base::parseJson(textOf(own.store->get(keyOf("trouble", other)))))
                        return Error{(*said)["resource"].toBool() ? ErrorKind::Resource : ErrorKind::Run,
                                     "rank " + std::to_string(other) + " failed: " + (*said)["message"].text(),
                                     (*said)["where"].text(), (*said)["advice"].text()};
                if (own.isGone(other))
                    return own.lostError(other, "It was killed, or has ended");
                if (silent < 0 && !own.store->check({keyOf("alive", other)}))
                    silent = other;
            }
            if (silent < 0)
                break;
            if (base::steadySeconds() > until)
                return own.lostError(silent, "It was killed, or hung for longer than distributed.timeout_s");
            std::this_thread::sleep_for(glance);
        }
    } catch (const std::exception&) {
        return Error{ErrorKind::Run, "rank 0 was lost", where, "It was killed, or its machine is gone"};
    }
    return Error{ErrorKind::Run, "the ranks cannot reach each other: " + what.substr(0, what.find('\n')), where, {}};
}

Error World::differsAt(std::int64_t rank)
{
    m_parts->lost = m_parts->differ = true;
    try {
        m_parts->store->set(keyOf("alive", this->rank()), bytesOf("1"));
    } catch (const std::exception&) {
        // Rank 0 is gone too.
    }
    return {ErrorKind::Run, "rank " + std::to_string(rank) + " has other weights than rank 0",
            "step " + std::to_string(m_parts->step),
            "Resume the run: it goes on from the last keyframe, at which they were the same"};
}

bool World::differ() const
{
    return m_parts->differ;
}

bool World::lost() const
{
    return m_parts->lost;
}

void World::leave()
{
    Parts& own = *m_parts;
    own.part();
    if (!own.left && rank() == 0)
        try {
            own.store->set(own.lost ? "next" : "ended", bytesOf("{}"));
        } catch (const std::exception&) {
            // A store of somebody else's, who is gone: the others see that too.
        }
    own.left = true;
}

bool World::left() const
{
    return m_parts->left || m_parts->lost;
}

void World::await(const char* what, double patienceS)
{
    stillHere();
    Parts& own = *m_parts;
    const auto lose = [&](const Error& error) {
        own.lost = true;
        own.store->set(keyOf("alive", rank()), bytesOf("1"));
        own.cut();
        throw base::Thrown(error);
    };
    try {
        own.store->set(keyOf(what, rank()), bytesOf("1"));
        const double until = base::steadySeconds() + patienceS;
        for (std::int64_t other = 0; other < size(); ++other)
            while (!own.store->check({keyOf(what, other)})) {
                if (own.store->check({keyOf("trouble", other)}))
                    throw base::Thrown(blame({}));
                if (own.isGone(other))
                    lose(own.lostError(other, "It was killed, or has ended"));
                if (base::steadySeconds() > until)
                    lose(own.lostError(other, "It hung while it prepared"));
                if (own.store->check({"ended"}))
                    throw base::Thrown(Error{ErrorKind::Run, "rank 0 has ended", "preparing", {}});
                for (std::int64_t third = 0; third < size(); ++third)
                    if (third != rank() && own.store->check({keyOf("alive", third)}))
                        throw base::Thrown(blame({}));
                std::this_thread::sleep_for(glance);
            }
    } catch (const base::Thrown&) {
        throw;
    } catch (const std::exception& failure) {
        throw base::Thrown(blame(failure.what()));
    }
}

std::shared_ptr<World> World::successor(std::int64_t rank, std::int64_t size, const std::string& token)
{
    auto parts = std::make_unique<Parts>();
    parts->place = m_parts->place;
    parts->place.rank = rank;
    parts->place.size = size;
    parts->timeout = m_parts->timeout;
    parts->startS = m_parts->startS;
    parts->root = m_parts->root;
    parts->firstToken = m_parts->firstToken;
    parts->generation = m_parts->generation + 1;
    parts->step = m_parts->step;
    parts->useToken(token);
    return std::shared_ptr<World>(new World(std::move(parts)));
}

World::Regrouped World::regroup(bool replace)
{
    Parts& own = *m_parts;
    own.part();
    const double until = base::steadySeconds() + std::chrono::duration<double>(own.timeout).count() + 1;
    std::vector<std::int64_t> there{0};
    for (std::int64_t other = 1; other < size(); ++other)
        for (;;) {
            if (own.isGone(other) || other == own.late || own.store->check({keyOf("trouble", other)}))
                break;
            if (own.store->check({keyOf("alive", other)})) {
                there.push_back(other);
                break;
            }
            if (base::steadySeconds() > until)
                break;
            std::this_thread::sleep_for(glance);
        }
    Regrouped after;
    after.was = there;
    if (replace) {
        after.was.assign(std::size_t(size()), -1);
        for (const std::int64_t rank : there)
            after.was[std::size_t(rank)] = rank;
    }
    base::Array ranks(std::size_t(size()), Value(-1));
    for (std::size_t now = 0; now < after.was.size(); ++now)
        if (after.was[now] >= 0)
            ranks[std::size_t(after.was[now])] = std::int64_t(now);
    const std::string token = own.firstToken + "." + std::to_string(own.generation + 1);
    const auto count = std::int64_t(after.was.size());
    after.world = successor(0, count, token);
    own.store->set(
        "next", bytesOf(base::writeJson(base::Object{{"token", token}, {"size", count}, {"ranks", std::move(ranks)}})));
    own.left = true;
    return after;
}

std::shared_ptr<World> World::next()
{
    Parts& own = *m_parts;
    own.part();
    try {
        const double until =
            base::steadySeconds() + 2 * std::chrono::duration<double>(own.timeout).count() + decidesWithin;
        while (!own.store->check({"next"})) {
            if (own.isGone(0) || own.store->check({"ended"}) || base::steadySeconds() > until)
                return nullptr;
            std::this_thread::sleep_for(glance);
        }
        const auto said = base::parseJson(textOf(own.store->get("next")));
        if (!said || !(*said)["ranks"].isArray() || std::size_t(rank()) >= (*said)["ranks"].array().size())
            return nullptr;
        const std::int64_t now = (*said)["ranks"].array()[std::size_t(rank())].toInt(-1);
        return now < 0 ? nullptr : successor(now, (*said)["size"].toInt(), (*said)["token"].text());
    } catch (const std::exception&) {
        return nullptr;
    }
}

std::shared_ptr<World> World::beside(std::int64_t rank)
{
    auto world = successor(rank, size(), m_parts->place.token);
    world->m_parts->generation = m_parts->generation;
    return world;
}

}

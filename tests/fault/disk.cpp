// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fault/disk.h"

#include "core/base/files.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace fault {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t page = 4096, sector = 512;
constexpr std::size_t none = std::size_t(-1);

std::pair<std::string, std::string> split(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::pair(std::string(), path)
                              : std::pair(path.substr(0, slash), path.substr(slash + 1));
}

[[noreturn]] void broken(const std::string& what)
{
    std::fprintf(stderr, "the log cannot be followed: %s\n", what.c_str());
    std::exit(2);
}

}

std::vector<Logged> readLog(const fs::path& file)
{
    const auto bytes = core::base::readFile(file);
    std::vector<Logged> calls;
    for (std::size_t place = 0; bytes && place + sizeof(CallHead) <= bytes->size();) {
        Logged call;
        std::memcpy(&call.head, bytes->data() + place, sizeof call.head);
        place += sizeof call.head;
        const auto take = [&](std::size_t size) {
            place += size;
            return bytes->substr(place - size, size);
        };
        call.path = take(call.head.path);
        call.target = take(call.head.target);
        if (call.head.call == Call::Write)
            call.bytes = take(call.head.size);
        calls.push_back(std::move(call));
    }
    return calls;
}

std::size_t Disk::find(const std::string& path) const
{
    std::size_t node = 0;
    for (std::size_t from = 0; from < path.size();) {
        const std::size_t to = std::min(path.find('/', from), path.size());
        const auto found = m_nodes[node].names.find(path.substr(from, to - from));
        if (found == m_nodes[node].names.end())
            return none;
        node = found->second;
        from = to + 1;
    }
    return node;
}

void Disk::rename(const std::string& gone, const std::string& come, std::size_t node)
{
    const auto [folder, name] = split(gone.empty() ? come : gone);
    const std::string newName = come.empty() ? std::string() : split(come).second;
    if (!gone.empty() && !come.empty() && split(come).first != folder)
        broken("a name that moves to another folder: " + gone);
    const std::size_t parent = find(folder);
    if (parent == none)
        broken("no folder for " + gone + come);
    const std::string oldName = gone.empty() ? std::string() : name;
    if (!oldName.empty())
        m_nodes[parent].names.erase(oldName);
    if (!newName.empty())
        m_nodes[parent].names[newName] = node;
    m_nodes[parent].nameChanges.push_back({oldName, newName, node});
}

void Disk::make(std::string& content, const Change& change)
{
    if (change.truncates) {
        content.resize(change.place);
        return;
    }
    content.resize(std::max(content.size(), std::size_t(change.place) + change.bytes.size()));
    content.replace(change.place, change.bytes.size(), change.bytes);
}

void Disk::apply(const Logged& call)
{
    const auto byInode = [&]() -> Node& {
        const auto found = m_byInode.find(call.head.inode);
        if (found == m_byInode.end())
            broken("an unknown file, " + call.path);
        m_lastWritten = found->second;
        return m_nodes[found->second];
    };
    const auto create = [&](bool folder) {
        m_nodes.push_back({.folder = folder});
        rename({}, call.path, m_nodes.size() - 1);
        return m_nodes.size() - 1;
    };
    switch (call.head.call) {
    case Call::Open: {
        std::size_t node = find(call.path);
        if (node == none)
            node = create(false);
        m_byInode[call.head.inode] = node;
        if (call.head.truncates)
            m_nodes[node].changes.push_back({true, 0, {}});
        break;
    }
    case Call::Write:
        byInode().changes.push_back({false, call.head.place, call.bytes});
        break;
    case Call::Truncate:
        byInode().changes.push_back({true, call.head.place, {}});
        break;
    case Call::Sync: {
        // Synced through a descriptor for reading, perhaps of a file that was opened elsewhere.
        const auto found = m_byInode.find(call.head.inode);
        if (found == m_byInode.end())
            break;
        Node& node = m_nodes[found->second];
        for (const Change& change : node.changes)
            make(node.synced, change);
        node.changes.clear();
        break;
    }
    case Call::SyncFolder:
        if (const std::size_t node = find(call.path); node != none) {
            m_nodes[node].syncedNames = m_nodes[node].names;
            m_nodes[node].nameChanges.clear();
        }
        break;
    case Call::Rename:
        rename(call.path, call.target, find(call.path));
        break;
    case Call::Remove:
        rename(call.path, {}, none);
        break;
    case Call::MakeFolder:
        create(true);
        break;
    case Call::Link:
        rename({}, call.target, find(call.path));
        break;
    }
}

bool Disk::hasPending() const
{
    return std::any_of(m_nodes.begin(), m_nodes.end(),
                       [](const Node& node) { return !node.changes.empty() || !node.nameChanges.empty(); });
}

bool Disk::isSynced(const std::string& path) const
{
    const auto [folder, name] = split(path);
    const std::size_t parent = find(folder), node = find(path);
    if (node == none)
        return false;
    const auto whole = [&](std::size_t each) { return m_nodes[each].changes.empty(); };
    // Until the folder is synced, the name may still stand for the file that had it before.
    const Node& names = m_nodes[parent];
    const auto before = names.syncedNames.find(name);
    return whole(node) && (before == names.syncedNames.end() || whole(before->second)) &&
           std::ranges::all_of(names.nameChanges,
                               [&](const NameChange& change) { return change.come != name || whole(change.node); });
}

std::string Disk::content(const Node& node, Cut cut, bool last, const core::base::Draw& draw) const
{
    std::string all = node.synced;
    if (cut == Cut::All)
        return all;
    // A page may hold what was written into it first, too.
    const std::size_t changes =
        cut == Cut::Pages ? std::size_t(draw.below(0, node.changes.size() + 1)) : node.changes.size();
    for (std::size_t i = 0; i < changes; ++i) {
        Change change = node.changes[i];
        if (cut == Cut::Torn && last && i + 1 == changes && !change.truncates) {
            // Sectors end at multiples of 512 in the file.
            const std::size_t end = change.place + change.bytes.size();
            const std::size_t first = change.place / sector, count = (end + sector - 1) / sector - first;
            const std::size_t kept = (first + std::size_t(draw.below(1, count))) * sector;
            change.bytes.resize(kept > change.place ? kept - change.place : 0);
        }
        make(all, change);
    }
    if (cut != Cut::Pages || changes == 0)
        return all;
    std::string mixed = all;
    std::size_t end = node.synced.size();
    const double share = draw.uniform(2);
    for (std::size_t start = 0; start < all.size(); start += page) {
        const std::size_t size = std::min(page, all.size() - start);
        const std::string before = start < node.synced.size() ? node.synced.substr(start, size) : std::string();
        if (all.compare(start, size, before) == 0)
            continue;
        if (draw.uniform(10 + start / page) < share) {
            end = std::max(end, start + size);
            continue;
        }
        std::string old = before;
        old.resize(size); // a hole reads as zeros
        mixed.replace(start, size, old);
    }
    // The new size may have got there or not.
    if (mixed.size() > end && draw.uniform(3) < 0.5)
        mixed.resize(end);
    return mixed;
}

void Disk::plant(Tree& tree, std::size_t number, const std::string& path, Cut cut, const core::base::Draw& draw,
                 std::size_t dropped) const
{
    const Node& node = m_nodes[number];
    if (!node.folder) {
        tree[path] = content(node, cut, number == m_lastWritten, draw.within(number));
        return;
    }
    if (!path.empty())
        tree[path + '/'];
    auto names = node.syncedNames;
    const core::base::Draw mine = draw.within(number);
    const std::size_t changes = node.nameChanges.size();
    // Half of the time a file system with a journal, which keeps the order; else any subset.
    const bool ordered = mine.uniform(0) < 0.5;
    const std::size_t until = std::size_t(mine.below(1, changes + 1));
    for (std::size_t i = 0; i < changes; ++i) {
        const bool kept = cut == Cut::Nothing || cut == Cut::Torn || (cut == Cut::Names && i != dropped) ||
                          (cut == Cut::Pages && (ordered ? i < until : mine.uniform(2 + i) < 0.5));
        if (!kept)
            continue;
        const NameChange& change = node.nameChanges[i];
        if (!change.gone.empty())
            names.erase(change.gone);
        if (!change.come.empty())
            names[change.come] = change.node;
    }
    for (const auto& [name, child] : names)
        plant(tree, child, path.empty() ? name : path + '/' + name, cut, draw, dropped);
}

Disk::Tree Disk::after(Cut cut, const core::base::Draw& draw) const
{
    std::size_t most = 1;
    for (const Node& node : m_nodes)
        most = std::max(most, node.nameChanges.size());
    Tree tree;
    plant(tree, 0, {}, cut, draw, std::size_t(draw.below(0, most)));
    return tree;
}

void plant(const Disk::Tree& tree, const fs::path& folder)
{
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& [path, content] : tree)
        if (path.ends_with('/'))
            fs::create_directories(folder / path);
        else
            std::ofstream(folder / path, std::ios::binary) << content;
}

Disk::Tree treeOf(const fs::path& folder)
{
    Disk::Tree tree;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string path = fs::relative(entry.path(), folder).string();
        if (entry.is_directory())
            tree[path + '/'];
        else
            tree[path] = core::base::readFile(entry.path()).valueOr({});
    }
    return tree;
}

}

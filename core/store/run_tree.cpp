// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_tree.h"

#include "core/base/json.h"

#include <algorithm>
#include <set>

namespace core::store {

namespace {

const RunSummary* find(const std::vector<RunSummary>& runs, const std::string& id)
{
    const auto found = std::ranges::find(runs, id, &RunSummary::id);
    return found == runs.end() ? nullptr : &*found;
}

base::Value specOf(const RunSummary& run)
{
    auto spec = base::readJson(run.folder / "spec.json");
    return spec ? std::move(*spec) : base::Value{};
}

void add(const std::vector<RunSummary>& runs, const RunSummary& run, std::int64_t depth, std::ptrdiff_t parent,
         std::set<std::string>& seen, std::vector<TreeNode>& family)
{
    if (!seen.insert(run.id).second)
        return;
    TreeNode node{run, depth, parent, {}};
    if (parent >= 0)
        node.changes = spec::wholeDifference(specOf(family[std::size_t(parent)].run), specOf(run));
    const auto place = std::ptrdiff_t(family.size());
    family.push_back(std::move(node));
    std::vector<const RunSummary*> children;
    for (const RunSummary& other : runs)
        if (other.parent == run.id)
            children.push_back(&other);
    std::ranges::sort(children, {}, [](const RunSummary* child) { return std::pair(child->parentStep, child->id); });
    for (const RunSummary* child : children)
        add(runs, *child, depth + 1, place, seen, family);
}

}

std::vector<TreeNode> familyOf(const std::vector<RunSummary>& runs, const std::string& id)
{
    const RunSummary* root = find(runs, id);
    std::vector<TreeNode> family;
    if (!root)
        return family;
    // A folder that somebody made by hand may name itself as its own ancestor.
    std::set<std::string> seen{root->id};
    while (const RunSummary* parent = root->parent.empty() ? nullptr : find(runs, root->parent)) {
        if (!seen.insert(parent->id).second)
            break;
        root = parent;
    }
    seen.clear();
    add(runs, *root, 0, -1, seen, family);
    return family;
}

}

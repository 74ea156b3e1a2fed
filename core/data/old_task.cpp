// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/old_task.h"

#include "core/base/json.h"
#include "core/data/edit.h"
#include "core/data/encoder.h"
#include "core/data/source.h"
#include "core/data/split.h"

#include <algorithm>

namespace core::data {

namespace {

namespace fs = std::filesystem;

constexpr const char* placeOfOld = "/train/incremental/old";

base::Error misfitOfOld(const std::string& message, const std::string& advice)
{
    return {base::ErrorKind::Spec, message, placeOfOld, advice};
}

// An experiment is read without the plug-ins that learn: of it, data and split are wanted.
base::Result<spec::Experiment> readExperiment(const fs::path& file)
{
    CORE_TRY(tree, base::readJson(file));
    base::Catalog families;
    families.add(allSources().family());
    families.add(allSplits().family());
    families.add(allEncoders().family());
    families.add(allEdits().family());
    base::Object given;
    for (const char* part : {"data", "split"})
        if (const base::Value* value = tree.object().find(part))
            given.set(part, *value);
    std::error_code ignored;
    const fs::path folder = fs::absolute(file, ignored).parent_path();
    const spec::Checked checked =
        spec::check(spec::experimentFields().schema(), std::move(given), "", {families, folder});
    for (const base::Error& problem : checked.problems)
        if (problem.where.starts_with("/data") || problem.where.starts_with("/split"))
            return base::Error{problem.kind, problem.message, file.string() + problem.where, problem.advice};
    spec::Experiment old = spec::read(checked.value);
    old.augment.clear();
    return old;
}

base::Result<spec::Experiment> oldExperiment(const spec::Experiment& now)
{
    const fs::path path = now.train.incremental->old;
    std::error_code ignored;
    if (isRunFolder(path.string())) {
        CORE_TRY(spec, base::readJson(path / "spec.json"));
        spec::Experiment old = spec::read(spec);
        old.augment.clear();
        return old;
    }
    if (!fs::exists(path, ignored))
        return misfitOfOld(
            "there is no " + path.string(),
            "Name a run's folder, an experiment file or a file of rows; empty, where the old rows are gone");
    if (path.extension() == ".json" && fs::is_regular_file(path, ignored))
        if (const auto tree = base::readJson(path); tree && tree->isObject() && tree->object().find("data"))
            return readExperiment(path);
    spec::Experiment old = now;
    old.data.source = {"file", base::Object{{"path", path.string()}}};
    old.data.channels = {};
    old.data.classes.clear();
    old.data.edits.clear();
    old.data.rows.reset();
    old.train.incremental.reset();
    old.augment.clear();
    return old;
}

}

bool isRunFolder(const std::string& path)
{
    std::error_code ignored;
    return !path.empty() && fs::is_regular_file(fs::path(path) / "spec.json", ignored);
}

base::Result<std::shared_ptr<const DataModule>> openOldTask(const spec::Experiment& now)
{
    if (!now.train.incremental || now.train.incremental->old.empty())
        return std::shared_ptr<const DataModule>();
    // Tasks may stand behind each other, but not in a ring.
    constexpr int most = 32;
    static thread_local int depth = 0;
    if (depth >= most)
        return misfitOfOld("the old tasks lead back to themselves", "Name the task that was learned before this one");
    struct Deeper {
        Deeper() { ++depth; }
        ~Deeper() { --depth; }
    } const deeper;
    CORE_TRY(experiment, oldExperiment(now));
    auto old = DataModule::open(experiment);
    if (!old)
        return base::Error{old.error().kind, "the old task's data cannot be opened: " + base::describe(old.error()),
                           placeOfOld, "Bring them back, or leave old empty: l2_sp needs no old rows"};
    if (old->streamed() || old->info().locates())
        return misfitOfOld("the old task's rows are not held in memory as rows of classes or numbers",
                           "Set data.mode to file there");
    return std::shared_ptr<const DataModule>(std::make_shared<const DataModule>(std::move(*old)));
}

JoinedClasses join(const std::vector<std::string>& old, const std::vector<std::string>& added)
{
    JoinedClasses joined{old, std::int64_t(old.size()), {}};
    for (const std::string& name : added) {
        const auto found = std::ranges::find(joined.names, name);
        joined.places.push_back(found - joined.names.begin());
        if (found == joined.names.end())
            joined.names.push_back(name);
    }
    return joined;
}

base::Status takeOldClasses(const spec::Experiment& now, const DatasetInfo* old, Loaded& loaded)
{
    DatasetInfo& info = loaded.info;
    if (now.data.mode == "pipe")
        return misfitOfOld("rows that are streamed cannot be learned on top of an old task", "Set data.mode to file");
    if (old && old->inputShape != info.inputShape)
        return misfitOfOld("the old task's rows have another shape than the new ones",
                           "Choose the same features, size of pictures and channels for both");
    if (old && (old->task != info.task || old->horizon != info.horizon))
        return misfitOfOld("the old task is one of " + old->task + ", the new one of " + info.task,
                           "Set data.task to the same for both");
    if (!info.classifies())
        return {};
    const std::vector<std::string>& named = now.train.incremental->classes;
    if (old && !named.empty() && named.size() < old->classes.size())
        return base::Error{base::ErrorKind::Spec,
                           "the old task has " + std::to_string(old->classes.size()) + " classes, and " +
                               std::to_string(named.size()) + " are named",
                           "/train/incremental/classes", "Name all of them, or none"};
    JoinedClasses joined = join(!named.empty() ? named : old ? old->classes : info.classes, info.classes);
    std::int64_t* label = loaded.targets.mutable_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < loaded.targets.size(0); ++row)
        if (label[row] >= 0)
            label[row] = joined.places[std::size_t(label[row])];
    info.classes = std::move(joined.names);
    info.oldClasses = joined.old;
    return {};
}

}

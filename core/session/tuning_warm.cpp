// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_warm.h"

#include "core/session/script_trial.h"
#include "core/session/tuning_limits.h"
#include "core/spec/experiment.h"
#include "core/spec/kinds.h"
#include "core/tune/warm_start.h"

namespace core::session {

using base::Result;
using base::Value;

namespace {

// Where a file is meant, the file itself: the same name beside another experiment is another one.
Value fileOf(const Value& source, const std::filesystem::path& folder)
{
    if (!source.isText() || source.text().empty())
        return source;
    std::error_code failed;
    const auto path = std::filesystem::weakly_canonical(folder / source.text(), failed);
    return !failed && std::filesystem::exists(path, failed) ? Value(path.string()) : source;
}

// What a study varies, with everything filled in and without what either study tunes. Nothing of one that is tuned
// from outside, or whose experiment cannot be read any more.
std::optional<Value> comparedExperiment(const StudySubject& subject, const std::vector<const tune::Space*>& spaces)
{
    if (!subject.given.isObject())
        return {};
    Value tree = subject.given;
    for (const char* key : {"tuning", "$schema", "name"})
        tree.object().erase(key);
    if (tree.object().empty())
        return {};
    if (!isScript(subject.given)) {
        spec::Checked checked = spec::resolve(tree, {catalog(), subject.folder});
        if (!checked.problems.empty())
            return {};
        tree = std::move(checked.value);
    }
    for (const tune::Space* space : spaces)
        for (const tune::Parameter& each : space->parameters())
            if (each.path.starts_with("data.") && tree.at(each.path))
                if (!tree.setAt(each.path, Value()))
                    return {};
    if (const Value* source = tree.at("data.source"))
        if (!tree.setAt("data.source", fileOf(*source, subject.folder)))
            return {};
    return tree;
}

}

base::Status warmStart(tune::Study& study, const StudySubject& subject, const std::filesystem::path& runs)
{
    const tune::TuningSpec spec = study.state().spec;
    if (!spec.warmStart)
        return {};
    std::vector<tune::StudyRead> read;
    std::vector<std::optional<StudySubject>> subjects;
    for (const std::string& parent : spec.warmStart->parents) {
        auto folder = findStudy(parent, runs);
        if (!folder) {
            base::Error error = folder.error();
            error.where = "/tuning/warm_start/parents, in " + runs.string();
            return error;
        }
        CORE_TRY(one, readStudy(*folder));
        read.push_back(std::move(one));
        auto varied = readSubject(*folder);
        subjects.push_back(varied ? std::optional(std::move(*varied)) : std::nullopt);
    }
    const tune::Space& space = study.state().space;
    std::vector<const tune::StudyState*> parents;
    std::vector<const tune::Space*> spaces{&space};
    for (const tune::StudyRead& one : read) {
        parents.push_back(&one.state);
        spaces.push_back(&one.state.space);
    }
    std::vector<std::optional<Value>> compared{comparedExperiment(subject, spaces)};
    for (const auto& each : subjects)
        compared.push_back(each ? comparedExperiment(*each, spaces) : std::nullopt);
    std::vector<const Value*> experiments;
    for (const auto& each : compared)
        experiments.push_back(each ? &*each : nullptr);
    CORE_TRY(limits, shippedLimits());
    auto problems = tune::checkWarmStart(spec, space, parents, limits, experiments);
    if (!problems.empty())
        return std::move(problems.front());
    for (tune::Trial& trial : tune::warmStartTrials(spec, space, parents))
        CORE_CHECK(study.import(std::move(trial)));
    return {};
}

}

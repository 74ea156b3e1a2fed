// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/folds.h"
#include "core/session/inspect.h"
#include "core/session/script_trial.h"
#include "core/session/tuning.h"
#include "core/session/tuning_batch.h"
#include "core/session/tuning_limits.h"
#include "core/session/tuning_warm.h"
#include "core/spec/experiment.h"
#include "core/spec/kinds.h"
#include "core/tensor/device.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Value;

bool isStudy(const std::filesystem::path& folder)
{
    std::error_code none;
    return std::filesystem::exists(StudyFolder{folder}.journal(), none);
}

Result<StudyFolder> findStudy(const std::string& folderOrId, const std::filesystem::path& runs)
{
    for (const std::filesystem::path& folder : {std::filesystem::path(folderOrId), runs / folderOrId})
        if (isStudy(folder))
            return StudyFolder{std::filesystem::weakly_canonical(folder)};
    return Error{ErrorKind::Usage, "there is no study \"" + folderOrId + "\"", runs.string(),
                 "Name its folder, or its id in --runs"};
}

std::vector<StudyFolder> listStudies(const std::filesystem::path& runs)
{
    std::vector<std::pair<std::filesystem::file_time_type, StudyFolder>> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(runs, none))
        // A dot begins the name of one that is still being made, or whose making was broken off.
        if (!entry.path().filename().string().starts_with('.') && isStudy(entry.path()))
            found.emplace_back(std::filesystem::last_write_time(StudyFolder{entry.path()}.journal(), none),
                               StudyFolder{entry.path()});
    std::ranges::sort(found, std::greater{}, [](const auto& each) { return each.first; });
    std::vector<StudyFolder> studies;
    for (auto& [time, study] : found)
        studies.push_back(std::move(study));
    return studies;
}

Result<tune::StudyRead> readStudy(const StudyFolder& study)
{
    CORE_TRY(content, tune::readJournal(study.journal()));
    tune::StudyRead read = tune::foldStudy(content.records);
    if (read.state.order == 0)
        return Error{ErrorKind::Data, "holds no study", study.journal().string(), "Its first line must be whole"};
    return read;
}

namespace {

// The ranges with everything filled in: the study itself knows the experiment no more.
tune::TuningSpec filled(tune::TuningSpec spec, const tune::Space& space)
{
    for (tune::ParameterSpec& each : spec.parameters)
        for (const tune::Parameter& found : space.parameters()) {
            if (found.path != each.path)
                continue;
            const tune::Distribution& range = found.range;
            each.type = std::string(tune::name(range.type));
            if (range.type == tune::Type::Categorical) {
                each.values = range.values;
                continue;
            }
            each.min = range.min;
            each.max = range.max;
            each.step = range.step;
            each.scale = std::string(tune::name(range.scale));
        }
    return spec;
}

}

Result<StudyPlan> planStudy(const StudySubject& study, PlanDepth depth, const std::string& device,
                            const std::string& executor)
{
    StudyPlan plan;
    const Value& given = study.given;
    const Value* found = given.isObject() ? given.object().find("tuning") : nullptr;
    if (!found || found->isNull())
        return Error{ErrorKind::Spec, "says nothing of what to tune", "/tuning",
                     R"(Such as {"objective": {"metric": "validation/accuracy", "goal": "maximize"}, "max_jobs": 20, )"
                     R"("parameters": [{"path": "train.optimizer.lr", "min": 1e-4, "max": 0.1}]})"};
    Value tuning = *found;
    CORE_CHECK(applyLimits(tuning, study.folder));
    CORE_TRY(limits, shippedLimits());
    std::int64_t folds = 1;
    if (isScript(given)) {
        CORE_CHECK(planScript(study, plan));
    } else {
        Value tree = given;
        tree.object().erase("$schema");
        spec::Checked checked = spec::resolve(tree, {catalog(), study.folder});
        if (!checked.problems.empty())
            return std::move(checked.problems.front());
        plan.resolved = std::move(checked.value);
        CORE_TRY(counted, foldsOf(plan.resolved));
        folds = counted;
    }
    if (depth != PlanDepth::Text && !isScript(given)) {
        // Before minutes are spent on measuring: what is wrong with the part itself.
        if (depth == PlanDepth::Measure)
            CORE_CHECK(planStudy(study, PlanDepth::Text, device));
        const std::int64_t parallel = std::max<std::int64_t>(1, tuning["max_parallel_jobs"].toInt(1));
        tune::TuningSpec place;
        for (const auto& [key, member] : {std::pair{"batched", &place.batched}, std::pair{"executor", &place.executor}})
            if (tuning[key].isText())
                *member = tuning[key].text();
        const auto where = tensor::resolveDevice(device);
        const Value trained = asBatched(plan.resolved, place, where ? *where : device).value_or(plan.resolved);
        CORE_TRY(trial, measureTrial(trained, parallel, device, depth == PlanDepth::Measure));
        plan.metrics = trial.metrics;
        if (depth == PlanDepth::Measure)
            plan.trial = std::move(trial);
    }
    tune::TuningSubject subject{&spec::experimentFields().schema(), &plan.resolved, &catalog(), plan.metrics,
                                folds > 1 ? plan.resolved["split"]["kind"].text() : std::string()};
    if (isScript(given)) // its hyperparameters are called as they are
        subject = {nullptr, nullptr, nullptr, plan.metrics};
    CORE_TRY(read, tune::readTuning(tuning, subject, limits));
    plan.spec = std::move(read);
    if (!executor.empty())
        plan.spec.executor = executor;
    plan.warnings = tune::checkTuning(plan.spec, subject, limits).warnings;
    CORE_TRY(space, tune::spaceOf(plan.spec, subject));
    plan.space = std::move(space);
    plan.spec = filled(std::move(plan.spec), plan.space);
    tune::TrialFacts facts;
    facts.pricePerHour = plan.spec.pricePerHour;
    if (plan.trial) {
        facts.trialSeconds = plan.trial->seconds;
        // Jobs of a cluster share nothing with each other.
        if (const auto share = plan.share())
            facts.atOnce = share->atOnce;
    }
    plan.estimate = tune::estimateStudy(plan.spec, plan.space, facts);
    return plan;
}

Result<StudySubject> readSubject(const StudyFolder& study)
{
    CORE_TRY(text, base::readFile(study.experiment()));
    CORE_TRY(value, base::parseJson(text));
    if (!value.isObject() || !value["experiment"].isObject() || !value["folder"].isText())
        return Error{ErrorKind::Data, "says not what the study varies", study.experiment().string(),
                     "It holds \"experiment\" and \"folder\""};
    return StudySubject{value["experiment"], value["folder"].text()};
}

Result<Value> trialExperiment(const StudySubject& subject, const base::Object& parameters)
{
    if (isScript(subject.given))
        return scriptTrialExperiment(subject, parameters);
    Value tree = subject.given;
    tree.object().erase("tuning");
    tree.object().erase("$schema");
    const spec::CheckContext context{catalog(), subject.folder};
    // A kind before its own settings.
    std::vector<std::pair<std::string, Value>> ordered(parameters.begin(), parameters.end());
    std::ranges::stable_sort(ordered, {}, [](const auto& each) { return each.first.size(); });
    for (const auto& [path, value] : ordered) {
        const spec::Checked now = spec::resolve(tree, context);
        const Value* there = now.value.at(path);
        const bool kind = value.isText() && there && there->isObject() && there->object().find("kind");
        CORE_CHECK(kind ? spec::chooseKind(tree, path, value, context.catalog) : tree.setAt(path, value));
    }
    spec::Checked checked = spec::resolve(tree, context);
    if (!checked.problems.empty())
        return std::move(checked.problems.front());
    return std::move(checked.value);
}

namespace {

struct Beginning {
    const StudySubject& subject;
    const tune::TuningSpec& spec;
    const std::filesystem::path& runs;
    const std::optional<tune::MachineShare>& share;

    base::Status journal(const std::string& id, const std::filesystem::path& file) const
    {
        CORE_TRY(made, tune::Study::create(id, spec, file));
        CORE_CHECK(warmStart(made, subject, runs));
        return share ? made.setShare(*share) : base::Status{};
    }
};

// What processes that are gone were making.
void removeHalves(const std::filesystem::path& runs, const std::string& beside)
{
    std::error_code none;
    std::vector<std::filesystem::path> gone;
    for (const auto& entry : std::filesystem::directory_iterator(runs, none)) {
        const std::string name = entry.path().filename().string();
        pid_t process = 0;
        if (name.starts_with(beside) &&
            std::from_chars(name.data() + beside.size(), name.data() + name.size(), process).ec == std::errc{} &&
            process > 0 && ::kill(process, 0) != 0 && errno == ESRCH)
            gone.push_back(entry.path());
    }
    for (const std::filesystem::path& each : gone)
        std::filesystem::remove_all(each, none);
}

}

Result<StudyFolder> createStudy(const StudySubject& subject, const tune::TuningSpec& spec,
                                const std::filesystem::path& runs, const std::optional<tune::MachineShare>& share)
{
    std::error_code failed;
    std::filesystem::create_directories(runs, failed);
    if (failed)
        return base::systemError("make the folder", runs, failed.value());
    const Value& given = subject.given;
    const Value* named = given.isObject() ? given.object().find("name") : nullptr;
    const std::string name = (named && named->isText() && !named->text().empty() ? named->text() : "study");
    if (name.find('/') != name.npos || name.starts_with("."))
        return Error{ErrorKind::Spec, "\"" + name + "\" is no name of a folder", "/name", "Use letters and digits"};
    // Made beside and renamed: whoever is killed meanwhile leaves no half of a study.
    const std::string beside = "." + name + "-study.";
    removeHalves(runs, beside);
    const StudyFolder fresh{runs / (beside + std::to_string(::getpid()))};
    std::filesystem::remove_all(fresh.path, failed);
    if (::mkdir(fresh.path.c_str(), 0700) != 0) // as runs: logs and settings are for nobody else
        return base::systemError("make the folder", fresh.path, errno);
    const auto gaveUp = [&](Error why) {
        std::filesystem::remove_all(fresh.path, failed);
        return why;
    };
    if (auto written = base::writeFileAtomically(
            fresh.experiment(),
            base::writeJson(base::Object{{"experiment", given}, {"folder", subject.folder.string()}}, 2) + "\n");
        !written)
        return gaveUp(written.error());
    const Beginning beginning{subject, spec, runs, share};
    for (int number = 1; number < 10000; ++number) {
        char digits[8];
        std::snprintf(digits, sizeof digits, "%04d", number);
        const StudyFolder study{runs / (name + "-study-" + digits)};
        if (std::filesystem::exists(study.path, failed))
            continue;
        // Its name stands in its journal.
        std::filesystem::remove(fresh.journal(), failed);
        if (auto begun = beginning.journal(study.id(), fresh.journal()); !begun)
            return gaveUp(begun.error());
        // Fails where somebody else's study, which is not empty, has just taken the name.
        if (::rename(fresh.path.c_str(), study.path.c_str()) == 0) {
            CORE_CHECK(base::syncFolder(runs));
            return study;
        }
        if (errno != EEXIST && errno != ENOTEMPTY)
            return gaveUp(base::systemError("make the folder", study.path, errno));
    }
    std::filesystem::remove_all(fresh.path, failed);
    return Error{ErrorKind::Resource, "9999 studies of this name are there", runs.string(), "Give it another name"};
}

}

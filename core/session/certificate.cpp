// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/certificate.h"

#include "core/base/blob.h"
#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/session/certificate_file.h"
#include "core/session/past.h"
#include "core/spec/experiment.h"
#include "core/tensor/cuda_devices.h"
#include "core/train/data_facts.h"

#include <ATen/Version.h>

#include <algorithm>
#include <bit>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;

namespace {

constexpr std::size_t mostSamples = 64;

using Digests = std::vector<std::uint32_t>;

// The digests that a run noted, by step.
std::map<std::int64_t, Digests> recordedDigests(const store::RunRecord& record)
{
    std::map<std::int64_t, Digests> all;
    for (const events::Event& event : record.events)
        if (const auto* block = std::get_if<events::WeightDigests>(&event))
            for (std::int64_t i = 0; i < block->count(); ++i) {
                const auto row = block->values.begin() + i * block->tensors;
                all[block->step + i * block->every] = Digests(row, row + block->tensors);
            }
    return all;
}

const double* valueAt(const store::RunRecord& record, const std::string& name, std::int64_t step)
{
    const auto series = record.scalars.find(name);
    if (series == record.scalars.end())
        return nullptr;
    const auto& steps = series->second.steps;
    const auto found = std::lower_bound(steps.begin(), steps.end(), step);
    return found != steps.end() && *found == step ? &series->second.values[std::size_t(found - steps.begin())]
                                                  : nullptr;
}

bool sameBits(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// One replay, and what is found on the way.
class Comparison {
public:
    Comparison(const Past& past, Certificate& certificate)
        : m_past(past),
          m_certificate(certificate),
          m_recorded(recordedDigests(past.record()))
    {
        for (const auto& file : store::listCheckpoints(past.record().folder / "checkpoints"))
            m_files.emplace(file.step, file.file);
    }

    Status run(train::Engine& engine, const Going& going)
    {
        m_names = engine.tensorNames();
        look(engine);
        Status status = m_past.advance(
            engine, m_certificate.to, mayRestoreBest(engine),
            [&](std::int64_t done, std::int64_t all) { return !m_certificate.first && (!going || going(done, all)); },
            [&] {
                if (!m_certificate.first)
                    look(engine);
            });
        // Ended early because a difference was found, or because somebody gave up.
        if (!status && !m_certificate.first)
            return status;
        if (!m_certificate.first) {
            sampleEnd(engine);
            lookAtEnd(engine);
        }
        m_certificate.digest = engine.learner().digest();
        return {};
    }

    /// What the run noted of its data, and what there is here.
    void compareData(const train::Engine& engine)
    {
        for (const auto& [step, file] : m_files)
            if (const auto checkpoint = store::readCheckpoint(file);
                checkpoint && checkpoint->state["data"].isObject()) {
                m_dataNoted = checkpoint->state["data"];
                m_dataHere = train::dataFacts(engine.data());
                break;
            }
        if (otherRows("validation"))
            m_certificate.notes.push_back("the validation rows are not those of the run, nor are its metrics then" +
                                          filesText());
    }

    /// Finds why, once there is a difference.
    void explain(const train::Engine& engine)
    {
        if (!m_certificate.first || !m_certificate.first->cause.empty())
            return;
        FirstDifference& first = *m_certificate.first;
        if (std::string text = changedSettings(); !text.empty())
            blame("settings", text);
        else if (otherRows("train"))
            blame("data", "the training rows are not those of the run" + filesText());
        else if (m_certificate.recorded.torch != m_certificate.here.torch)
            blame("library", "the run was trained with torch " + m_certificate.recorded.torch + ", this is torch " +
                                 m_certificate.here.torch);
        else if (m_certificate.recorded.device != m_certificate.here.device)
            blame("device",
                  "the run was trained on " + m_certificate.recorded.device + ", this is " + m_certificate.here.device);
        else if (m_certificate.recorded.instructions != m_certificate.here.instructions)
            blame("instruction_set", "the run was trained with " + m_certificate.recorded.instructions +
                                         " instructions, torch chose " + m_certificate.here.instructions + " here");
        else if (!engine.experiment().train.deterministic)
            blame("non_deterministic", "operations that do not repeat were allowed (train.deterministic is false); " +
                                           first.tensor + " is the first tensor that parted");
        else if (const std::string lost = lostRanks(first.step); !lost.empty())
            blame("ranks", lost);
        else if (const std::int64_t threads = threadsThatFit(first.step); threads > 0)
            blame("threads", "with " + std::to_string(threads) +
                                 " threads the recorded weights come out; the record says " +
                                 std::to_string(m_certificate.recorded.threads));
        else
            blameByScalars();
    }

private:
    bool otherRows(const char* part) const
    {
        const Value &noted = m_dataNoted[part], &here = m_dataHere[part];
        return noted.isText() && here.isText() && !(noted == here);
    }

    std::string filesText() const
    {
        const std::string files = train::changedFiles(m_dataNoted, m_dataHere);
        return files.empty() ? files : ": " + files + " was written since";
    }

    // The best must be looked for from the start if it is put back at the end, and that may have been edited.
    bool mayRestoreBest(const train::Engine& engine) const
    {
        const auto edits = m_past.editsFrom(0);
        return restoresBest(engine) || std::ranges::any_of(edits, [](const events::Edited& edit) {
                   return edit.path.starts_with("train.early_stopping");
               });
    }

    static bool restoresBest(const train::Engine& engine)
    {
        const auto& stopping = engine.experiment().train.earlyStopping;
        return stopping && stopping->restoreBest;
    }

    void look(train::Engine& engine)
    {
        const std::int64_t step = engine.step();
        if (step < m_certificate.from)
            return;
        const auto noted = m_recorded.find(step);
        const bool file = m_files.contains(step);
        if (noted == m_recorded.end() && !file)
            return;
        const Digests here = engine.tensorDigests();
        if (noted != m_recorded.end()) {
            ++m_certificate.stepsChecked;
            compare(step, noted->second, here);
            sample(step, here);
        }
        if (file && !m_certificate.first)
            compareFile(step, engine);
        if (!m_certificate.first)
            m_certificate.identicalThrough = step;
    }

    void compare(std::int64_t step, const Digests& noted, const Digests& here)
    {
        if (noted == here)
            return;
        std::size_t place = 0;
        while (place < std::min(noted.size(), here.size()) && noted[place] == here[place])
            ++place;
        m_certificate.first = FirstDifference{step, place < m_names.size() ? m_names[place] : "", {}, {}};
    }

    void compareFile(std::int64_t step, train::Engine& engine)
    {
        const auto checkpoint = store::readCheckpoint(m_files[step]);
        if (!checkpoint) {
            m_certificate.notes.push_back(base::describe(checkpoint.error()));
            return;
        }
        // The last one may hold the weights of the best step.
        if (checkpoint->state["restored"].toBool())
            return;
        ++m_certificate.keyframesChecked;
        for (const base::Blob& here : engine.snapshot().tensors) {
            const auto there = std::ranges::find(checkpoint->tensors, here.name, &base::Blob::name);
            if (there == checkpoint->tensors.end() || there->bytes != here.bytes) {
                m_certificate.first = FirstDifference{step, here.name, {}, {}};
                if (m_recorded.contains(step) || changedSettings().empty())
                    blame("checkpoint", "the checkpoint " + m_files[step].filename().string() +
                                            " holds another state than the run had: the file was changed");
                return;
            }
        }
    }

    void lookAtEnd(train::Engine& engine)
    {
        const auto& finished = m_past.record().finished;
        if (!finished || m_certificate.to != finished->steps || finished->digest.empty())
            return;
        if (engine.judgeDue())
            engine.judge();
        const auto& stopping = engine.experiment().train.earlyStopping;
        const bool ended =
            finished->state == events::RunState::Completed || finished->state == events::RunState::EarlyStopped;
        if (ended && stopping && stopping->restoreBest && engine.best()) {
            // Only what this replay went through itself can be put back.
            if (engine.best()->snapshot.tensors.empty() || !engine.restoreBest()) {
                m_certificate.notes.push_back(
                    "the best step lies before this replay: the final weights were not compared");
                return;
            }
        }
        if (engine.learner().digest() == finished->digest)
            return;
        m_certificate.first = FirstDifference{m_certificate.to, m_names.empty() ? "" : m_names.front(), {}, {}};
        if (m_recorded.contains(m_certificate.to))
            blame("record", "every step is as recorded, but the digest of the final weights is not");
    }

    void sample(std::int64_t step, const Digests& digests)
    {
        auto& samples = m_certificate.samples;
        if (m_certificate.stepsChecked % m_stride != 1 % m_stride)
            return;
        samples.emplace_back(step, digests);
        if (samples.size() < mostSamples)
            return;
        for (std::size_t i = 0; 2 * i < samples.size(); ++i)
            samples[i] = samples[2 * i];
        samples.resize((samples.size() + 1) / 2);
        m_stride *= 2;
    }

    // Whoever checks the certificate alone wants the end above all.
    void sampleEnd(const train::Engine& engine)
    {
        auto& samples = m_certificate.samples;
        if (samples.empty() || samples.back().first != engine.step())
            samples.emplace_back(engine.step(), engine.tensorDigests());
    }

    void blame(const std::string& cause, const std::string& message)
    {
        m_certificate.first->cause = cause;
        m_certificate.first->message = message;
    }

    std::string changedSettings() const
    {
        if (!m_past.record().opened)
            return {};
        std::string text;
        for (const spec::Difference& change : spec::difference(m_past.record().opened->spec, m_past.record().spec)) {
            if (change.path == "name" || change.path.starts_with("train.checkpoint"))
                continue;
            text += (text.empty() ? "spec.json is not what the run was trained with: " : ", ") + change.path + " was " +
                    base::writeJson(change.before) + ", is " + base::writeJson(change.after);
        }
        return text;
    }

    // Whoever went on without a lost rank was fewer from there on; here all train again.
    std::string lostRanks(std::int64_t step) const
    {
        const spec::DistributedSpec how = spec::read(m_past.spec()).distributed;
        if (how.members() < 2 || how.onFailure != "survivors")
            return {};
        for (const events::Event& event : m_past.record().events)
            if (const auto* notice = std::get_if<events::Notice>(&event);
                notice && notice->step < step && notice->error.advice.starts_with("Restart "))
                return "the ranks that were left went on from step " + std::to_string(notice->step) + "; here all " +
                       std::to_string(how.members()) + " train again";
        return {};
    }

    // Another number of threads that gives the recorded weights, or 0. Only a short stretch is tried.
    std::int64_t threadsThatFit(std::int64_t step) const
    {
        constexpr std::int64_t longest = 2000;
        const auto keyframe = m_past.keyframeBefore(step - 1);
        if (step - (keyframe ? keyframe->step : 0) > longest || m_certificate.here.device != "cpu")
            return 0;
        const auto noted = m_recorded.find(step);
        if (noted == m_recorded.end())
            return 0;
        const std::int64_t cores = std::max(2u, std::thread::hardware_concurrency());
        for (std::int64_t threads = 1; threads <= std::min<std::int64_t>(cores, 16); ++threads) {
            if (threads == m_certificate.here.threads)
                continue;
            auto engine = m_past.ranksAt(keyframe, "cpu", threads);
            if (engine && m_past.advance(**engine, step, false) && (*engine)->tensorDigests() == noted->second)
                return threads;
        }
        return 0;
    }

    // Trains the last stretch again and looks which figure parts first.
    void blameByScalars()
    {
        FirstDifference& first = *m_certificate.first;
        const auto after = m_recorded.upper_bound(first.step);
        auto engine = m_past.ranksAt(m_past.keyframeBefore(first.step - 1), m_certificate.here.device);
        if (first.step < 1 || !engine)
            return blame("record", "the recorded weights cannot be reached from the keyframe before them");
        bool told = false;
        const auto& record = m_past.record();
        (void)m_past.advance(**engine, first.step - 1, false);
        if ((*engine)->step() == first.step - 1) {
            (*engine)->judgeIfFollowed();
            for (const events::Edited& edit : m_past.editsFrom(first.step - 1))
                if (edit.step == first.step - 1)
                    (void)(*engine)->edit(edit.path, edit.after);
            const train::StepResult result = (*engine)->advance();
            const std::tuple<const char*, double, const char*> figures[] = {
                {"train/lr", result.lr,
                 "the learning rate differs: other settings of rate or schedule, or an edit that is not recorded"},
                {"train/loss", result.loss,
                 "the loss differs: other data, another order, another seed, or arithmetic that does not repeat"},
                {"train/grad_norm", result.gradNorm,
                 "the gradient differs while the loss is the same: penalties, or arithmetic that does not repeat"}};
            for (const auto& [name, value, meaning] : figures)
                if (const double* noted = valueAt(record, name, first.step - 1);
                    noted && !told && !sameBits(*noted, value)) {
                    char numbers[96];
                    std::snprintf(numbers, sizeof numbers, " (recorded %.9g, here %.9g)", *noted, value);
                    const std::string files = filesText();
                    const bool rate = std::string(name) == "train/lr";
                    blame(rate            ? "settings"
                          : files.empty() ? "arithmetic"
                                          : "data",
                          (rate || files.empty() ? meaning : "the rows are others" + files) + std::string(numbers));
                    told = true;
                }
            if (!told && after != m_recorded.end()) {
                (void)m_past.advance(**engine, after->first, false);
                if ((*engine)->tensorDigests() == after->second) {
                    blame("record",
                          "the steps behind it are as recorded again: only the record of this step was changed");
                    told = true;
                }
            }
        }
        if (!told)
            blame("update",
                  "loss, rate and gradient are as recorded, the updated weights are not: other settings of the "
                  "optimizer, or a record that was changed");
    }

    const Past& m_past;
    Certificate& m_certificate;
    const std::map<std::int64_t, Digests> m_recorded;
    std::map<std::int64_t, std::filesystem::path> m_files;
    std::vector<std::string> m_names;
    Value m_dataNoted, m_dataHere;
    std::int64_t m_stride = 1;
};

Surroundings surroundingsOf(const store::RunRecord& record)
{
    if (!record.opened)
        return {};
    return {record.opened->torch, record.opened->cpu, record.opened->device, record.opened->threads};
}

void noteLimits(Certificate& certificate)
{
    auto& notes = certificate.notes;
    if (certificate.recorded.instructions.empty())
        notes.push_back("the run does not tell its instruction set: it was recorded by an earlier version");
    else if (certificate.recorded.instructions != certificate.here.instructions)
        notes.push_back("the run was trained with " + certificate.recorded.instructions +
                        " instructions and this was " + certificate.here.instructions +
                        ": equal bits were not to be expected");
    if (certificate.recorded.torch != certificate.here.torch)
        notes.push_back("another version of torch: equal bits were not to be expected");
    if (certificate.to - certificate.from + 1 > certificate.stepsChecked)
        notes.push_back(
            "digests are noted at some steps only; a step between two equal ones led from the one to the other");
    if (certificate.stepsChecked == 0)
        notes.push_back("no digests were recorded in this range: nothing was compared");
}

}

base::Result<Certificate> certify(const std::filesystem::path& run, std::int64_t from, std::int64_t to,
                                  const Going& going)
{
    CORE_TRY(past, Past::open(run));
    Certificate certificate;
    certificate.run = past.record().id;
    certificate.to = to < 0 ? past.steps() : to;
    if (certificate.to > past.steps() || from > certificate.to)
        return Error{ErrorKind::Usage,
                     from > certificate.to && to >= 0
                         ? "the last step to compare lies before the first"
                         : "the run has no step " + std::to_string(std::max(from, certificate.to)),
                     run.string(), "It has done " + std::to_string(past.steps()) + " updates"};
    std::optional<store::Checkpoint> keyframe;
    if (from >= 0)
        keyframe = past.keyframeBefore(from);
    else
        for (const auto& file : store::listCheckpoints(past.record().folder / "checkpoints"))
            if (file.step <= certificate.to)
                if (keyframe = past.keyframeBefore(file.step); keyframe)
                    break;
    // A run of its own begins with its spec; only a branch needs the checkpoint that it began with.
    if (from < 0 && past.begins() == 0)
        keyframe.reset();
    std::string device = past.record().opened ? past.record().opened->device : "cpu";
    // What several ranks trained is trained again by one process, on the first's GPU.
    if (const auto numbers = tensor::cudaNumbers(device); numbers.size() > 1)
        device = tensor::cudaName({numbers.front()});
    CORE_TRY(engine, past.ranksAt(keyframe, device));
    certificate.from = from < 0 ? engine->step() : from;
    certificate.recorded = surroundingsOf(past.record());
    certificate.here = {train::librariesOf(engine->learner()), at::get_cpu_capability(), device, engine->threads()};
    certificate.data = dataDigest(*engine);
    certificate.stages = stagesOf(past, certificate.notes);
    certificate.tensors = engine->tensorNames();
    Comparison comparison(past, certificate);
    comparison.compareData(*engine);
    CORE_CHECK(comparison.run(*engine, going));
    comparison.explain(*engine);
    certificate.identical = !certificate.first && certificate.stepsChecked > 0;
    noteLimits(certificate);
    return certificate;
}

std::optional<FirstDifference> firstDifference(const store::RunRecord& one, const store::RunRecord& other)
{
    std::optional<FirstDifference> first;
    const auto left = recordedDigests(one), right = recordedDigests(other);
    for (const auto& [step, digests] : left) {
        const auto there = right.find(step);
        if (there == right.end() || there->second == digests)
            continue;
        std::size_t place = 0;
        while (place < std::min(digests.size(), there->second.size()) && digests[place] == there->second[place])
            ++place;
        const auto& names = one.opened ? one.opened->tensors : std::vector<std::string>{};
        first = FirstDifference{step, place < names.size() ? names[place] : "", "weights",
                                "the weights after " + std::to_string(step) + " updates differ"};
        break;
    }
    // Digests are noted at some steps, figures at every one.
    for (const char* name : {"train/loss", "train/grad_norm", "train/lr"}) {
        const auto a = one.scalars.find(name), b = other.scalars.find(name);
        if (a == one.scalars.end() || b == other.scalars.end())
            continue;
        const std::size_t count = std::min(a->second.steps.size(), b->second.steps.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::int64_t step = a->second.steps[i];
            if (step != b->second.steps[i] || (first && step >= first->step))
                break;
            if (!sameBits(a->second.values[i], b->second.values[i])) {
                first = FirstDifference{step, "", name, std::string(name) + " differs at step " + std::to_string(step)};
                break;
            }
        }
    }
    return first;
}

}

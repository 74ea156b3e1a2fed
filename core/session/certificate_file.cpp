// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/certificate_file.h"

#include "core/base/blob.h"
#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/session/inspect.h"
#include "core/session/past.h"
#include "core/spec/experiment.h"
#include "core/tensor/device.h"
#include "core/train/data_facts.h"

#include <ATen/Version.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <algorithm>
#include <charconv>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;

namespace {

constexpr std::size_t mostStages = 10000;

Value valueOf(const Surroundings& surroundings)
{
    return Object{{"torch", surroundings.torch},
                  {"instruction_set", surroundings.instructions},
                  {"device", surroundings.device},
                  {"threads", surroundings.threads}};
}

Surroundings surroundingsOf(const Value& value)
{
    return {value["torch"].text(), value["instruction_set"].text(), value["device"].text(), value["threads"].toInt(1)};
}

std::string hex(const std::vector<std::uint32_t>& digests)
{
    std::string text;
    for (const std::uint32_t digest : digests) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08x", digest);
        text += digits;
    }
    return text;
}

std::vector<std::uint32_t> digestsOf(const std::string& text)
{
    std::vector<std::uint32_t> digests;
    for (std::size_t i = 0; i + 8 <= text.size(); i += 8) {
        std::uint32_t digest = 0;
        std::from_chars(text.data() + i, text.data() + i + 8, digest, 16);
        digests.push_back(digest);
    }
    return digests;
}

Value valueOf(const Stage& stage)
{
    return Object{{"run", stage.run},
                  {"begins", stage.begins},
                  {"threads", stage.threads},
                  {"spec", stage.spec},
                  {"edits", stage.edits}};
}

std::string checkSum(const Object& object)
{
    const std::string text = base::writeJson(object);
    return base::digestOf(text.data(), text.size());
}

// What a certificate says, as far as a check needs it.
base::Result<Certificate> parsed(const std::filesystem::path& file)
{
    CORE_TRY(value, base::readJson(file));
    const Error broken{ErrorKind::Data, "this is no replay certificate", file.string(),
                       "descent-cli replay RUN --output FILE writes one"};
    if (!value.isObject() || !value["check_sum"].isText() || !value["stages"].isArray())
        return broken;
    const std::string sum = value["check_sum"].text();
    value.object().erase("check_sum");
    if (checkSum(value.object()) != sum)
        return Error{ErrorKind::Data, "this certificate was changed after it was written: its check sum does not fit",
                     file.string(), "Ask for the file as it was written"};
    Certificate told;
    told.run = value["run"].text();
    told.from = value["from"].toInt();
    told.to = value["to"].toInt();
    told.recorded = surroundingsOf(value["here"]);
    told.data = value["data"].text();
    for (const Value& name : value["tensors"].array())
        told.tensors.push_back(name.text());
    for (const Value& sample : value["samples"].array())
        if (const base::Array& pair = sample.array(); pair.size() == 2)
            told.samples.emplace_back(pair[0].toInt(), digestsOf(pair[1].text()));
    for (const Value& stage : value["stages"].array())
        told.stages.push_back({stage["run"].text(), stage["begins"].toInt(), stage["threads"].toInt(1), stage["spec"],
                               stage["edits"].array()});
    if (told.stages.empty())
        return Error{ErrorKind::Data, "this certificate does not hold all that the run came from", file.string(),
                     "An ancestor of the run was gone when it was written; with the run itself `replay RUN` compares"};
    if (told.stages.size() > mostStages || told.samples.empty())
        return broken;
    return told;
}

std::vector<events::Edited> editsOf(const Stage& stage)
{
    std::vector<events::Edited> edits;
    for (const Value& item : stage.edits)
        if (const auto event = events::fromValue(item))
            if (const auto* edited = std::get_if<events::Edited>(&*event))
                edits.push_back(*edited);
    return edits;
}

base::Result<Value> checkedSpec(const Stage& stage, const std::string& where)
{
    const spec::Checked checked = spec::resolve(stage.spec, {catalog()});
    if (checked.problems.empty())
        return checked.value;
    Error error = checked.problems.front();
    error.where = where + " " + error.where;
    return error;
}

/// Trains the stages one after the other and looks at the samples' steps.
class Check {
public:
    Check(Certificate told, std::string device, const Going& going)
        : m_told(std::move(told)),
          m_device(std::move(device)),
          m_going(going)
    {
    }

    base::Result<Certificate> run(const std::string& where)
    {
        Certificate& told = m_told;
        std::unique_ptr<train::Engine> engine;
        for (std::size_t i = 0; i < told.stages.size(); ++i) {
            const Stage& stage = told.stages[i];
            CORE_TRY(resolved, checkedSpec(stage, where));
            CORE_TRY(next, begun(engine.get(), resolved, stage.threads));
            engine = std::move(next);
            const bool last = i + 1 == told.stages.size();
            CORE_CHECK(advance(*engine, stage, last ? told.to : told.stages[i + 1].begins, last));
        }
        told.digest = engine->learner().digest();
        told.here = {train::librariesOf(engine->learner()), at::get_cpu_capability(), m_device, engine->threads()};
        told.identical = !told.first && told.stepsChecked > 0;
        conclude(*engine);
        return std::move(told);
    }

private:
    // With as many ranks as the stage was trained by.
    base::Result<std::unique_ptr<train::Engine>> begun(const train::Engine* before, const Value& resolved,
                                                       std::int64_t threads) const
    {
        std::optional<store::Checkpoint> from;
        if (before) {
            CORE_TRY(branch, before->branch(resolved, m_device, threads));
            if (spec::read(resolved).distributed.members() < 2)
                return std::move(branch);
            from = branch->snapshot();
        }
        CORE_TRY(world, ranksFor(resolved, m_device));
        CORE_TRY(engine, train::Engine::make(resolved, m_device, from ? &*from : nullptr, threads, std::move(world)));
        if (!from)
            CORE_CHECK(engine->initialize());
        return std::move(engine);
    }

    Status advance(train::Engine& engine, const Stage& stage, std::int64_t to, bool looking)
    {
        const std::vector<events::Edited> edits = editsOf(stage);
        if (looking)
            look(engine);
        while (engine.step() < to && !m_told.first) {
            engine.judgeIfFollowed();
            for (const events::Edited& edit : edits)
                if (edit.step == engine.step())
                    CORE_CHECK(engine.edit(edit.path, edit.after));
            engine.advance();
            if (looking)
                look(engine);
            if (m_going && engine.step() % 32 == 0 && !m_going(engine.step(), m_told.to))
                return Error{ErrorKind::Interrupted, "given up", "step " + std::to_string(engine.step()), {}};
        }
        return {};
    }

    void look(const train::Engine& engine)
    {
        const auto& samples = m_told.samples;
        const auto sample = std::ranges::find(samples, engine.step(), &decltype(m_told.samples)::value_type::first);
        if (sample == samples.end())
            return;
        ++m_told.stepsChecked;
        const std::vector<std::uint32_t> here = engine.tensorDigests();
        if (here == sample->second) {
            m_told.identicalThrough = engine.step();
            return;
        }
        std::size_t place = 0;
        while (place < std::min(here.size(), sample->second.size()) && here[place] == sample->second[place])
            ++place;
        m_told.first =
            FirstDifference{engine.step(), place < m_told.tensors.size() ? m_told.tensors[place] : "", {}, {}};
    }

    void conclude(const train::Engine& engine)
    {
        const Surroundings &there = m_told.recorded, &here = m_told.here;
        const bool otherData = !m_told.data.empty() && dataDigest(engine) != m_told.data;
        const std::tuple<bool, const char*, std::string> reasons[] = {
            {otherData, "data", "the training rows here are not those that the certificate was written for"},
            {there.torch != here.torch, "library",
             "the certificate was written with torch " + there.torch + ", this is torch " + here.torch},
            {there.device != here.device, "device",
             "the certificate was written on " + there.device + ", this is " + here.device},
            {there.instructions != here.instructions, "instruction_set",
             "the certificate was written with " + there.instructions + " instructions, torch chose " +
                 here.instructions + " here"}};
        m_told.notes = {std::to_string(m_told.samples.size()) +
                        " steps are noted in the file; a step between two equal ones led from the one to the other"};
        for (const auto& [differs, cause, text] : reasons) {
            if (!differs)
                continue;
            m_told.notes.push_back(text);
            if (m_told.first && m_told.first->cause.empty()) {
                m_told.first->cause = cause;
                m_told.first->message = text;
            }
        }
        if (m_told.first && m_told.first->cause.empty()) {
            m_told.first->cause = "record";
            m_told.first->message = "library, device and data are the same, the weights are not: the file does not "
                                    "tell what the run was trained with";
        }
    }

    Certificate m_told;
    std::string m_device;
    const Going& m_going;
};

}

std::string dataDigest(const train::Engine& engine)
{
    return train::rowsDigest(engine.data(), data::SplitName::Train);
}

std::vector<Stage> stagesOf(const Past& past, std::vector<std::string>& notes)
{
    std::vector<Stage> stages;
    Past now = past;
    while (stages.size() < mostStages) {
        Stage stage{now.record().id, now.begins(), now.record().opened ? now.record().opened->threads : 1, now.spec()};
        for (const events::Edited& edit : now.editsFrom(now.begins()))
            stage.edits.push_back(events::toValue(edit));
        stages.insert(stages.begin(), std::move(stage));
        if (now.begins() == 0)
            return stages;
        auto before = Past::open(now.record().folder.parent_path() / now.record().opened->parent);
        if (!before) {
            notes.push_back("the run's ancestor " + now.record().opened->parent +
                            " cannot be read: without it another person cannot check this certificate");
            return {};
        }
        now = std::move(*before);
    }
    return {};
}

base::Result<Certificate> checkCertificate(const std::filesystem::path& file, const std::string& device,
                                           const Going& going)
{
    CORE_TRY(told, parsed(file));
    const std::string wanted = device.empty() || device == "auto" ? told.recorded.device : device;
    CORE_TRY(resolvedDevice, tensor::resolveDevice(wanted.empty() ? "cpu" : wanted));
    try {
        return Check(std::move(told), resolvedDevice, going).run(file.string());
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), file.string(), {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), file.string(), {}};
    }
}

Value toValue(const FirstDifference& first)
{
    return Object{{"step", first.step}, {"tensor", first.tensor}, {"cause", first.cause}, {"message", first.message}};
}

Value toValue(const Certificate& certificate)
{
    const Value first = certificate.first ? toValue(*certificate.first) : Value{};
    base::Array notes, samples, stages, tensors;
    for (const std::string& note : certificate.notes)
        notes.push_back(note);
    for (const std::string& name : certificate.tensors)
        tensors.push_back(name);
    for (const auto& [step, digests] : certificate.samples)
        samples.push_back(base::Array{step, hex(digests)});
    for (const Stage& stage : certificate.stages)
        stages.push_back(valueOf(stage));
    Object object{
        {"run", certificate.run},
        {"identical", certificate.identical},
        {"from", certificate.from},
        {"to", certificate.to},
        {"steps_checked", certificate.stepsChecked},
        {"keyframes_checked", certificate.keyframesChecked},
        {"identical_through", certificate.identicalThrough < 0 ? Value{} : Value(certificate.identicalThrough)},
        {"first_difference", first},
        {"recorded", valueOf(certificate.recorded)},
        {"here", valueOf(certificate.here)},
        {"digest", certificate.digest},
        {"notes", std::move(notes)},
        {"data", certificate.data},
        {"stages", std::move(stages)},
        {"tensors", std::move(tensors)},
        {"samples", std::move(samples)}};
    object.set("check_sum", checkSum(object));
    return object;
}

std::string describe(const Certificate& certificate)
{
    if (certificate.identical)
        return "identical through step " + std::to_string(certificate.identicalThrough);
    if (!certificate.first)
        return "nothing could be compared";
    std::string text = "first difference at step " + std::to_string(certificate.first->step);
    if (!certificate.first->tensor.empty())
        text += " in " + certificate.first->tensor;
    text += ": " + certificate.first->message;
    if (certificate.identicalThrough >= 0)
        text += ". Identical through step " + std::to_string(certificate.identicalThrough);
    return text;
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_orders.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_limits.h"
#include "core/spec/experiment.h"

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Status;
using base::Value;

namespace {

constexpr double orderLookSeconds = 0.2, orderIsOldSeconds = 120;

// An order is `<name>.order`; who takes it renames it to `<name>.taken` and writes `<name>.answer`.
std::filesystem::path ordersOf(const StudyFolder& study)
{
    return study.path / "orders";
}

Result<Object> carryOut(tune::Study& study, const Value& order)
{
    const std::string what = order["do"].text();
    const auto trial = order["trial"].isInt() ? std::optional(order["trial"].toInt()) : std::nullopt;
    if (what == "enqueue") {
        CORE_TRY(number, study.enqueue(order["parameters"].object()));
        return Object{{"number", number}};
    }
    Status done =
        Error{ErrorKind::Usage, "\"" + what + "\" is no order", "do", "It is pause, resume, skip, enqueue or change"};
    if (what == "pause")
        done = study.pause(trial);
    else if (what == "resume")
        done = study.resume(trial);
    else if (what == "skip" && trial)
        done = study.skip(*trial);
    else if (what == "change")
        done = study.change(tune::tuningFields().read(order["tuning"]));
    if (!done)
        return std::move(done).error();
    return Object{};
}

Value asAnswer(const Result<Object>& done)
{
    if (done)
        return *done;
    const Error& error = done.error();
    return Object{{"error", error.message}, {"where", error.where}, {"advice", error.advice}};
}

Result<Object> answered(const std::filesystem::path& file)
{
    CORE_TRY(text, base::readFile(file));
    CORE_TRY(answer, base::parseJson(text));
    if (answer["error"].isText())
        return Error{ErrorKind::Usage, answer["error"].text(), answer["where"].text(), answer["advice"].text()};
    return answer.object();
}

}

Result<Object> orderStudy(const StudyFolder& study, const Object& order, double seconds)
{
    std::error_code none;
    const std::filesystem::path folder = ordersOf(study);
    const std::string name = std::to_string(::getpid()) + "-" + std::to_string(std::int64_t(base::wallSeconds() * 1e6));
    const auto file = [&](const char* end) { return folder / (name + end); };
    const double until = base::steadySeconds() + seconds;
    bool laid = false;
    for (;;) {
        if (laid && std::filesystem::exists(file(".answer"), none)) {
            auto answer = answered(file(".answer"));
            std::filesystem::remove(file(".answer"), none);
            return answer;
        }
        // Nobody writes it, or who did has ended without taking the order.
        auto opened = tune::Study::open(study.journal());
        if (opened && (!laid || std::filesystem::remove(file(".order"), none)))
            return carryOut(*opened, order);
        if (!opened && opened.error().kind != ErrorKind::Resource)
            return opened.error();
        if (opened && !std::filesystem::exists(file(".answer"), none)) {
            std::filesystem::remove(file(".taken"), none);
            return Error{ErrorKind::Resource, "the study ended while it was told", study.id(),
                         "See study show, and say it again"};
        }
        if (!laid) {
            std::filesystem::create_directories(folder, none);
            CORE_CHECK(base::writeFileAtomically(file(".order"), base::writeJson(order)));
            laid = true;
        }
        if (base::steadySeconds() > until) {
            std::filesystem::remove(file(".order"), none);
            return Error{ErrorKind::Resource, "who trains the study does not answer", study.id(),
                         "It may be of an older version; stop it, or wait for its end"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

Result<tune::TuningSpec> changedTuning(const StudyFolder& study, const tune::TuningSpec& spec,
                                       const std::vector<std::string>& changes)
{
    Value tuning = tune::tuningFields().write(spec);
    for (const std::string& change : changes) {
        const auto equals = change.find('=');
        const std::string path = change.substr(0, equals),
                          text = equals == change.npos ? "" : change.substr(equals + 1);
        base::Array& parameters = tuning.object().find("parameters")->array();
        const auto found =
            std::ranges::find_if(parameters, [&](const Value& each) { return each["path"].text() == path; });
        if (found == parameters.end()) {
            CORE_CHECK(spec::applySet(tuning, path.starts_with("tuning.") ? change.substr(7) : change));
            continue;
        }
        const auto dots = text.find("..");
        const auto values = base::parseJson(text);
        const auto low = base::parseJson(text.substr(0, dots)),
                   high = base::parseJson(dots == text.npos ? "" : text.substr(dots + 2));
        if (values && values->isArray())
            found->object().set("values", *values);
        else if (dots != text.npos && low && high && low->isNumber() && high->isNumber()) {
            found->object().set("min", *low);
            found->object().set("max", *high);
        } else
            return Error{ErrorKind::Usage, "\"" + text + "\" is no range", path,
                         "Write " + path + "=MIN..MAX, or a list of values in brackets"};
    }
    CORE_TRY(subject, readSubject(study));
    const Object& given = subject.given.object();
    if (given.size() == 1 || (given.size() == 2 && given.find("name"))) {
        CORE_TRY(limits, shippedLimits());
        return tune::readTuning(tuning, {}, limits);
    }
    subject.given.object().set("tuning", std::move(tuning));
    CORE_TRY(plan, planStudy(subject, PlanDepth::Text));
    return plan.spec;
}

StudyOrders::StudyOrders(const StudyFolder& study) : m_folder(ordersOf(study)) {}

void StudyOrders::take(Tuner& tuner)
{
    const double now = base::steadySeconds();
    if (now - m_looked < orderLookSeconds)
        return;
    m_looked = now;
    std::error_code none;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder, none))
        if (entry.path().extension() == ".order")
            found.push_back(entry.path());
    std::ranges::sort(found);
    for (const std::filesystem::path& file : found) {
        const auto written = std::filesystem::last_write_time(file, none);
        const auto age = std::filesystem::file_time_type::clock::now() - written;
        const auto text = base::readFile(file);
        std::filesystem::path taken = file, answer = file;
        taken.replace_extension(".taken");
        answer.replace_extension(".answer");
        std::filesystem::rename(file, taken, none);
        const auto order = text ? base::parseJson(*text) : Result<Value>(text.error());
        // Who gave an old one has gone long ago.
        if (none || !order || age > std::chrono::duration<double>(orderIsOldSeconds)) {
            std::filesystem::remove(taken, none);
            continue;
        }
        auto done = std::make_shared<Result<Object>>(Object{});
        tuner.post(
            [order = *order, done](tune::Study& study) {
                *done = carryOut(study, order);
                return *done ? Status() : Status(done->error());
            },
            [done, taken, answer](const Status&) {
                std::error_code failed;
                (void)base::writeFileAtomically(answer, base::writeJson(asAnswer(*done)));
                std::filesystem::remove(taken, failed);
            });
    }
}

}

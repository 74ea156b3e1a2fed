// SPDX-License-Identifier: GPL-3.0-or-later
// Tuning of anything outside: ask for parameters, tell the value.
#include "app/cli/command.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning.h"
#include "core/session/tuning_limits.h"
#include "core/tune/optuna_journal.h"

#include <algorithm>
#include <iostream>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace tune = core::tune;

namespace {

struct OutsideOptions {
    std::string experiment, study;
    std::int64_t number = 0;
    std::string value;
    std::optional<std::int64_t> step;
};

Result<Outcome> create(const OutsideOptions& options, const Common& common)
{
    CORE_TRY(text, readFile(options.experiment));
    CORE_TRY(tree, parseJson(text));
    const Value* tuning = tree.isObject() ? tree.object().find("tuning") : nullptr;
    if (!tuning)
        return Error{ErrorKind::Spec, "says nothing of what to tune", options.experiment + "#/tuning",
                     "Such as {\"tuning\": {\"objective\": {\"metric\": \"score\", \"goal\": \"maximize\"}, "
                     "\"parameters\": [{\"path\": \"x\", \"type\": \"continuous\", \"min\": 0, \"max\": 1}]}}"};
    // With an experiment beside it the paths are its own; alone they are free names.
    std::error_code failed;
    const session::StudySubject subject{tree, std::filesystem::absolute(options.experiment, failed).parent_path()};
    const bool outside = tree.object().size() == 1 || (tree.object().size() == 2 && tree.object().find("name"));
    tune::TuningSpec spec;
    if (outside) {
        Value part = *tuning;
        CORE_CHECK(session::applyLimits(part, subject.folder));
        CORE_TRY(limits, session::shippedLimits());
        CORE_TRY(read, tune::readTuning(part, {}, limits));
        spec = std::move(read);
    } else {
        CORE_TRY(plan, session::planStudy(subject, session::PlanDepth::Data));
        spec = std::move(plan.spec);
    }
    CORE_TRY(made, session::createStudy(subject, spec, common.runsFolder()));
    return Outcome{Object{{"study", made.path.string()}}, "study " + made.path.string() + "\n"};
}

Result<tune::Study> opened(const OutsideOptions& options, const Common& common)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    return tune::Study::open(folder.journal());
}

Result<Object> askOnce(tune::Study& study)
{
    CORE_TRY(trial, study.ask());
    if (!trial)
        return Error{ErrorKind::Usage, "no trial can be had now: " + study.whyNot(), "ask",
                     "Tell the values of those that run, or make a new study"};
    return Object{{"number", trial->number}, {"parameters", trial->parameters}};
}

// A number, or a word for what is none: nan, inf, -inf; null is nan.
bool isValue(const Value& value)
{
    const std::string word = value.isText() ? value.text() : std::string();
    return value.isNumber() || value.isNull() || word == "nan" || word == "inf" || word == "-inf";
}

// Whatever else is told would make a trial fail for good that has a value.
Status checkTold(const Value& value, bool onTheWay)
{
    const bool list = value.isArray() && !onTheWay;
    if (list ? std::ranges::all_of(value.array(), isValue) : isValue(value))
        return {};
    return Error{ErrorKind::Usage, writeJson(value) + " is no value", "tell",
                 onTheWay ? "On the way it takes one number, of the first objective; or nan, inf, -inf"
                          : "Give a number, such as 0.93, nan, inf or -inf; a list of them for several objectives"};
}

Result<Object> tellOnce(tune::Study& study, std::int64_t number, const Value& value, std::optional<std::int64_t> step)
{
    CORE_CHECK(checkTold(value, step.has_value()));
    if (number < 0 || number >= std::int64_t(study.state().trials.size()))
        return Error{ErrorKind::Usage, "there is no trial " + std::to_string(number), "tell",
                     "It has " + std::to_string(study.state().trials.size())};
    bool shouldStop = false;
    std::string why;
    if (step) {
        CORE_TRY(stop, study.report(number, *step, tune::numberOf(value)));
        if (stop) {
            shouldStop = true;
            why = stop->message;
            CORE_CHECK(study.stop(number, *stop));
        }
    } else {
        std::vector<double> values;
        if (value.isArray())
            for (const Value& each : value.array())
                values.push_back(tune::numberOf(each));
        else
            values.push_back(tune::numberOf(value));
        CORE_CHECK(study.tell(number, values));
    }
    Object object{{"state", std::string(tune::name(study.state().trials[std::size_t(number)].state))},
                  {"should_stop", shouldStop}};
    if (!why.empty())
        object.set("message", why);
    return object;
}

// As it stands in the command line: what is no JSON is text.
Value valueOf(const std::string& text)
{
    const auto value = parseJson(text);
    return value ? *value : Value(text);
}

// One line of `serve`: what is answered.
Object answer(tune::Study& study, const std::string& line)
{
    const auto failed = [](const Error& error) { return Object{{"error", core::base::describe(error)}}; };
    // Python writes NaN and Infinity as bare words.
    const auto request = parseJson(tune::plainJson(line));
    if (!request || !request->isObject())
        return failed(request ? Error{ErrorKind::Usage, "is no object", "line", "Such as {\"ask\": true}"}
                              : request.error());
    const Object& asked = request->object();
    if (const Value* ask = asked.find("ask"); ask && *ask == Value(true)) {
        auto made = askOnce(study);
        if (made)
            return *made;
        // A full disk is no end.
        if (made.error().kind != ErrorKind::Usage)
            return failed(made.error());
        if (study.state().ended.empty() && study.whyNot().find("running") != std::string::npos)
            return {{"wait", study.whyNot()}};
        return {{"ended", study.whyNot().empty() ? made.error().message : study.whyNot()}};
    }
    const Value *number = asked.find("tell"), *value = asked.find("value"), *step = asked.find("step");
    if (!number || !number->isInt() || !value || (step && !step->isInt()))
        return failed({ErrorKind::Usage, "is neither a question nor a value", "line",
                       "Write {\"ask\": true} or {\"tell\": NUMBER, \"value\": V, \"step\": N}"});
    auto told = tellOnce(study, number->toInt(), *value, step ? std::optional(step->toInt()) : std::nullopt);
    return told ? *told : failed(told.error());
}

Result<Outcome> serve(const OutsideOptions& options, const Common& common)
{
    CORE_TRY(study, opened(options, common));
    for (std::string line; std::getline(std::cin, line);)
        if (!line.empty())
            std::cout << writeJson(answer(study, line)) << std::endl;
    return Outcome{};
}

}

void addOutside(Program& program, CLI::App* study)
{
    auto options = std::make_shared<OutsideOptions>();
    Common& common = program.common;
    const auto of = [&](CLI::App* command) {
        command->add_option("study", options->study, "The study's folder or id")->required();
        command->add_option("--runs", common.runs, "Folder of the runs and studies");
    };
    CLI::App* made = study->add_subcommand("create", "Make a study whose values are told from outside");
    made->add_option("experiment", options->experiment, "A file with a part \"tuning\"")->required();
    made->add_option("--runs", common.runs, "Folder of the runs and studies");
    program.on(made, [options, &common] { return create(*options, common); });

    CLI::App* asks = study->add_subcommand("ask", "The next trial's parameters");
    of(asks);
    program.on(asks, [options, &common]() -> Result<Outcome> {
        CORE_TRY(study, opened(*options, common));
        CORE_TRY(asked, askOnce(study));
        const std::string text = writeJson(asked, 2) + "\n";
        return Outcome{std::move(asked), text};
    });

    CLI::App* tells = study->add_subcommand("tell", "A trial's value; with --step one on the way");
    of(tells);
    tells->add_option("number", options->number, "The trial")->required();
    tells->add_option("value", options->value, "A number, nan, inf or -inf; for several objectives a list, [0.93,12]")
        ->required();
    tells->add_option("--step", options->step, "A value on the way, at this step");
    program.on(tells, [options, &common]() -> Result<Outcome> {
        CORE_TRY(study, opened(*options, common));
        CORE_TRY(told, tellOnce(study, options->number, valueOf(options->value), options->step));
        const std::string text = told.find("state")->text() + "\n";
        return Outcome{std::move(told), text};
    });

    CLI::App* serves = study->add_subcommand("serve", "Answer JSON lines from standard input on standard output");
    of(serves);
    program.on(serves, [options, &common] { return serve(*options, common); });
}

}

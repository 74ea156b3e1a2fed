// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/job.h"

#include "core/spec/data_fields.h"

#include <algorithm>
#include <regex>
#include <set>

namespace core::spec {

using namespace base;

namespace {

Real secondsAbove()
{
    return {.min = 0, .aboveMin = true};
}

Help waitHelp()
{
    return {"Seconds until there is capacity again after an interruption; they are really waited."};
}

const Fields<MetricDefinition>& definitionFields()
{
    static const auto fields =
        Fields<MetricDefinition>{}
            .add("name", &MetricDefinition::name, Text{},
                 {"What the value is called, such as validation/loss. One called step tells the step of the others."})
            .add("regex", &MetricDefinition::regex, Text{},
                 {"A regular expression (ECMAScript) whose first group is the value, such as loss=([0-9.eE+-]+)."});
    return fields;
}

Fields<JobSpec> jobFieldsMade()
{
    return Fields<JobSpec>{}
        .add("max_run_s", &JobSpec::maxRunS, secondsAbove(),
             {"The job is stopped after so many seconds of training, over all its launches; its model is kept."},
             {.unit = "s"})
        .add("max_wait_s", &JobSpec::maxWaitS, secondsAbove(),
             {"The job ends after so long from its submission on, waiting for capacity included. For a spot job it "
              "is at least max_run_s."},
             {.unit = "s", .nullWord = "no limit"})
        .add("spot", &JobSpec::spot, Flag{},
             {"Spare capacity at the spot price of the table, which may be taken away."})
        .add("interruption", &JobSpec::interruption, OneOf{"interruptions"},
             {"When the worker is really killed: at a rate, at the times of a trace, now, or at chosen steps."})
        .add("fallback", &JobSpec::fallback, Choice{{"none", "on_demand"}},
             {"on_demand: where waiting for spot capacity would go beyond max_wait_s, the job goes on at the full "
              "price, where nothing interrupts it. A policy of this program; SageMaker has none."})
        .add("instance", &JobSpec::instance, Text{},
             {"A row of the price table, such as ml.g4dn.xlarge: it gives the ledger its prices. The job runs on "
              "this machine all the same. Empty: no price."})
        .add("instance_count", &JobSpec::instanceCount, Int{1, 1024}, {"Instances that are paid for."})
        .add("priority", &JobSpec::priority, Int{-1000, 1000}, {"Of waiting jobs the highest comes first."})
        .add("notify", &JobSpec::notify, Real{.min = 0, .max = 86400},
             {"Seconds from the notice (SIGTERM) to the end (SIGKILL). SageMaker gives 120.",
              {},
              "A checkpoint is not finished in time."},
             {.unit = "s", .nullWord = "no notice"})
        .add("command", &JobSpec::command, listOf(Text{}),
             {"A program and its arguments: the job is a script of your own. Empty: no program. Then the experiment is "
              "trained."})
        .add("metric_definitions", &JobSpec::metricDefinitions,
             listOf(Group{std::make_shared<const Schema>(definitionFields().schema())}, 0, 40),
             {"What of the script's log are scalars."})
        .add("hyperparameters", &JobSpec::hyperparameters, Tree{},
             {"Of a script: names and values, handed on in input/config/hyperparameters.json and as SM_HP_…."})
        .add("channels", &JobSpec::channels, Tree{},
             {"Of a script: names and paths, found in input/data/<name>. Those of data.channels are there too."})
        .add("environment", &JobSpec::environment, Tree{}, {"Of a script: more variables of its environment."})
        .add("sagemaker", &JobSpec::sagemaker, Tree{},
             {"What an imported description of SageMaker says besides; kept for an export."});
}

// Whoever checks a job knows the laws, whatever else is known.
const Catalog& lawsCatalog()
{
    static const Catalog catalog = [] {
        Catalog all;
        all.add(interruptionLaws());
        return all;
    }();
    return catalog;
}

using JobProblems = std::vector<Error>;

void checkDefinitions(const std::vector<MetricDefinition>& definitions, JobProblems& problems)
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        const std::string where = "/job/metric_definitions/" + std::to_string(i);
        const MetricDefinition& each = definitions[i];
        if (each.name.empty())
            problems.push_back({ErrorKind::Spec, "a metric has no name", where + "/name", "Such as validation/loss"});
        else if (!names.insert(each.name).second)
            problems.push_back(
                {ErrorKind::Spec, "\"" + each.name + "\" is there twice", where + "/name", "Name each metric once"});
        try {
            if (std::regex(each.regex).mark_count() < 1)
                problems.push_back({ErrorKind::Spec, "\"" + each.regex + "\" has no group that would be the value",
                                    where + "/regex", "Put the number in parentheses: loss=([0-9.eE+-]+)"});
        } catch (const std::regex_error& error) {
            problems.push_back({ErrorKind::Spec, "\"" + each.regex + "\" is no regular expression: " + error.what(),
                                where + "/regex",
                                "Write it as ECMAScript has it; (?P<name>…) and (?i) are Python's own"});
        }
    }
}

void checkMap(const Value& map, const std::string& key, bool texts, JobProblems& problems)
{
    const std::string where = "/job/" + key;
    if (!map.isObject()) {
        problems.push_back({ErrorKind::Spec, "is " + std::string(map.typeName()) + ", not an object", where,
                            "Write names and values in braces: {…}"});
        return;
    }
    for (const auto& [name, value] : map.object())
        if (texts ? !value.isText() : value.isObject() || value.isArray())
            problems.push_back({ErrorKind::Spec, "is " + std::string(value.typeName()), where + "/" + name,
                                texts ? "Write a text" : "Write a number, a text, true or false"});
}

void checkChannelNames(const Value& channels, JobProblems& problems)
{
    static const std::regex pattern("[A-Za-z0-9._-]{1,64}");
    if (!channels.isObject())
        return;
    for (const auto& [name, path] : channels.object())
        if (!std::regex_match(name, pattern) || name == "." || name == "..")
            problems.push_back({ErrorKind::Spec, "\"" + name + "\" is no name of a channel", "/job/channels/" + name,
                                "Use letters, digits, dots, dashes and underscores, at most 64"});
}

void checkVariables(const Value& environment, JobProblems& problems)
{
    static const std::regex pattern("[A-Za-z_][A-Za-z0-9_]*");
    if (!environment.isObject())
        return;
    for (const auto& [name, value] : environment.object())
        if (!std::regex_match(name, pattern))
            problems.push_back({ErrorKind::Spec, "\"" + name + "\" is no name of a variable",
                                "/job/environment/" + name, "Use letters, digits and underscores"});
}

void checkLaw(const Pick& law, JobProblems& problems)
{
    const std::string where = "/job/interruption";
    if (law.kind == "trace") {
        const TraceLaw trace = traceLawFields().read(law.params);
        if (trace.times.empty() == trace.file.empty())
            problems.push_back({ErrorKind::Spec,
                                trace.times.empty() ? "a trace has no times" : "a trace has times and a file", where,
                                "Write either \"times\": [60, 300] or \"file\": \"trace.csv\""});
        if (!std::ranges::is_sorted(trace.times))
            problems.push_back({ErrorKind::Spec, "the times of a trace fall", where + "/times", "Write them in order"});
    }
    if (law.kind == "step" && stepLawFields().read(law.params).steps.empty())
        problems.push_back({ErrorKind::Spec, "no step is named", where + "/steps", "Such as \"steps\": [100]"});
}

void checkAsWhole(const JobSpec& job, JobProblems& problems)
{
    if (job.spot && job.maxWaitS && *job.maxWaitS < job.maxRunS)
        problems.push_back({ErrorKind::Spec, "max_wait_s is below max_run_s", "/job/max_wait_s",
                            "A spot job may wait at least as long as it may run; equal is accepted"});
    checkDefinitions(job.metricDefinitions, problems);
    checkMap(job.hyperparameters, "hyperparameters", false, problems);
    checkMap(job.channels, "channels", true, problems);
    checkChannelNames(job.channels, problems);
    checkMap(job.environment, "environment", true, problems);
    checkVariables(job.environment, problems);
    checkLaw(job.interruption, problems);
    if (!job.command.empty() && job.command.front().empty())
        problems.push_back({ErrorKind::Spec, "the program has no name", "/job/command/0", "Such as python3"});
}

// A path that is not whole starts at the experiment's folder; a name with a colon such as s3://… is none.
std::string wholePath(const std::string& path, const std::filesystem::path& folder)
{
    if (folder.empty() || path.empty() || path.find("://") != path.npos)
        return path;
    return (folder / path).lexically_normal().string();
}

void takeFolder(JobSpec& job, const std::filesystem::path& folder)
{
    if (job.channels.isObject())
        for (auto& [name, path] : job.channels.object())
            path = wholePath(path.text(), folder);
    if (!job.command.empty() && job.command.front().find('/') != std::string::npos)
        job.command.front() = wholePath(job.command.front(), folder);
}

}

const Fields<NowLaw>& nowLawFields()
{
    static const auto fields =
        Fields<NowLaw>{}.add("wait_s", &NowLaw::waitS, Real{.min = 0}, waitHelp(), {.unit = "s"});
    return fields;
}

const Fields<RateLaw>& rateLawFields()
{
    static const auto fields =
        Fields<RateLaw>{}
            .add("per_hour", &RateLaw::perHour, Real{.min = 0, .aboveMin = true},
                 {"Interruptions in an hour of training; the times between them are exponential.", "−ln(1 − u) / rate"})
            .add("wait_s", &RateLaw::waitS, Real{.min = 0}, waitHelp(), {.unit = "s"})
            .add("most", &RateLaw::most, Int{1, 1000000}, {"After so many there are no more."})
            .add("seed", &RateLaw::seed, Int{0}, {"The same seed gives the same times."});
    return fields;
}

const Fields<TraceLaw>& traceLawFields()
{
    static const auto fields =
        Fields<TraceLaw>{}
            .add("times", &TraceLaw::times, listOf(Real{.min = 0}, 0, 100000),
                 {"Seconds from the first training step's launch on, waiting included, in order."}, {.unit = "s"})
            .add("file", &TraceLaw::file, Path{},
                 {"A file with one such time a line, and behind a comma, if need be, the seconds until there is "
                  "capacity again."})
            .add("wait_s", &TraceLaw::waitS, Real{.min = 0}, waitHelp(), {.unit = "s"});
    return fields;
}

const Fields<StepLaw>& stepLawFields()
{
    static const auto fields = Fields<StepLaw>{}
                                   .add("steps", &StepLaw::steps, listOf(Int{0}, 0, 100000),
                                        {"Updates done when the worker is killed, each in a launch of its own."})
                                   .add("wait_s", &StepLaw::waitS, Real{.min = 0}, waitHelp(), {.unit = "s"});
    return fields;
}

Family interruptionLaws()
{
    return {"interruptions",
            {{"none", "None", "Nothing interrupts the job.", Schema{}},
             {"now", "Now", "Once, as soon as the worker is training.", nowLawFields().schema()},
             {"rate", "Rate", "So often in an hour, at times that are drawn.", rateLawFields().schema()},
             {"trace", "Trace", "At the times of a list or a file.", traceLawFields().schema()},
             {"step", "Step", "At chosen steps.", stepLawFields().schema()}}};
}

const Fields<JobSpec>& jobFields()
{
    static const Fields<JobSpec> fields = jobFieldsMade();
    return fields;
}

Checked checkJob(const Value& given, const std::filesystem::path& folder)
{
    Value plain = given.isNull() ? Value(Object{}) : given;
    // One line of a shell is a script too.
    if (const Value* command = plain.at("command"); command && command->isText() && !command->text().empty())
        (void)plain.setAt("command", Array{"/bin/sh", "-c", *command});
    Checked checked = check(jobFields().schema(), plain, "/job", {lawsCatalog(), folder});
    if (checked.problems.empty()) {
        JobSpec job = jobFields().read(checked.value);
        checkAsWhole(job, checked.problems);
        takeFolder(job, folder);
        checked.value = jobFields().write(job);
    }
    return checked;
}

void exchangeLaw(Value& tree, std::string_view path, std::string_view kind)
{
    const Value* law = path == "job.interruption.kind" ? tree.at("job.interruption") : nullptr;
    if (!law || !law->isObject() || (*law)["kind"].text() == kind)
        return;
    const Family laws = interruptionLaws();
    const Entry* now = laws.find(kind);
    Object kept;
    for (const auto& [key, value] : law->object())
        if (now && now->schema.find(key))
            kept.set(key, value);
    (void)tree.setAt("job.interruption", std::move(kept));
}

Result<JobSpec> readJob(const Value& given, const std::filesystem::path& folder)
{
    const Checked checked = checkJob(given, folder);
    if (!checked.problems.empty())
        return checked.problems.front();
    return jobFields().read(checked.value);
}

}

namespace core::base {

Value Codec<spec::MetricDefinition>::write(const spec::MetricDefinition& definition)
{
    return spec::definitionFields().write(definition);
}

spec::MetricDefinition Codec<spec::MetricDefinition>::read(const Value& value)
{
    return spec::definitionFields().read(value);
}

}

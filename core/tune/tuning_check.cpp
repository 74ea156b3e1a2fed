// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tuning_spec.h"

#include "core/base/json.h"
#include "core/spec/check.h"
#include "core/tune/pruner.h"
#include "core/tune/sampler.h"
#include "core/tune/tunable.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

using namespace base;

namespace {

class RangeMaker {
public:
    RangeMaker(const ParameterSpec& spec, std::size_t index, std::optional<Tunable> setting)
        : m_spec(spec),
          m_where("/tuning/parameters/" + std::to_string(index)),
          m_setting(std::move(setting))
    {
    }

    Result<Distribution> make()
    {
        m_range.type = type();
        if (m_range.type == Type::Categorical)
            return category();
        CORE_CHECK(bounds());
        CORE_CHECK(steps());
        CORE_CHECK(scale());
        return m_range;
    }

private:
    const ParameterSpec& m_spec;
    std::string m_where;
    std::optional<Tunable> m_setting;
    Distribution m_range;

    Error wrong(const char* key, std::string message, std::string advice) const
    {
        return {ErrorKind::Spec, m_spec.path + ": " + message, m_where + (*key ? "/" : "") + key, std::move(advice)};
    }

    Type type() const
    {
        if (m_spec.type != "auto")
            return m_spec.type == "categorical" ? Type::Categorical
                   : m_spec.type == "integer"   ? Type::Integer
                                                : Type::Continuous;
        if (!m_spec.values.isNull())
            return Type::Categorical;
        return m_setting ? m_setting->type : Type::Continuous;
    }

    Result<Distribution> category()
    {
        if (m_spec.min || m_spec.max || m_spec.step)
            return wrong("values", "a category has values, no min, max or step", "Give \"values\": […]");
        if (m_spec.scale != "auto" && m_spec.scale != "linear")
            return wrong("scale", "a category has no scale", "Leave it out");
        if (!m_spec.values.isNull() && !m_spec.values.isArray())
            return wrong("values", "is " + std::string(m_spec.values.typeName()) + ", not a list", "Write […]");
        m_range.values = m_spec.values.isNull() && m_setting ? m_setting->options : m_spec.values.array();
        if (m_range.values.empty())
            return wrong("values", "there is nothing to choose from", "Give \"values\": […]");
        for (std::size_t i = 0; i < m_range.values.size(); ++i) {
            const Value& value = m_range.values[i];
            if (std::ranges::find(m_range.values, value) != m_range.values.begin() + std::ptrdiff_t(i))
                return wrong("values", writeJson(value) + " is there twice", "Name each value once");
            CORE_CHECK(fits(value));
        }
        return m_range;
    }

    Status fits(const Value& value) const
    {
        if (!m_setting || m_setting->anyValue || std::ranges::count(m_setting->options, value))
            return {};
        if (m_setting->type != Type::Categorical) {
            const bool whole = value.isInt() || m_setting->type == Type::Continuous;
            if (value.isNumber() && whole && allows(value.toReal()))
                return {};
            return wrong("values", writeJson(value) + " does not fit", "It takes " + allowed());
        }
        const Value& kind = value.isObject() ? value["kind"] : value;
        if (std::ranges::count(m_setting->options, kind))
            return {};
        return wrong("values", writeJson(value) + " is not known here", "Known: " + writeJson(m_setting->options));
    }

    bool allows(double number) const
    {
        if (!m_setting)
            return true;
        return (m_setting->aboveMin ? number > m_setting->min : number >= m_setting->min) &&
               (m_setting->belowMax ? number < m_setting->max : number <= m_setting->max);
    }

    std::string allowed() const
    {
        return std::string(m_setting->type == Type::Integer ? "whole numbers" : "numbers") +
               (m_setting->aboveMin ? " above " : " from ") + plainNumber(m_setting->min) +
               (m_setting->belowMax ? " below " : " to ") + plainNumber(m_setting->max);
    }

    Status bounds()
    {
        if (!m_spec.values.isNull())
            return wrong("values", "values are of a category", "Write \"type\": \"categorical\", or min and max");
        if (m_setting && m_setting->type == Type::Categorical)
            return wrong("type", "this setting is a category", "Write \"type\": \"categorical\"");
        if (!m_spec.min || !m_spec.max)
            return wrong(m_spec.min ? "max" : "min", "a range needs both ends", "Give min and max");
        m_range.min = *m_spec.min;
        m_range.max = *m_spec.max;
        if (m_range.min > m_range.max)
            return wrong("min", plainNumber(m_range.min) + " is above max, " + plainNumber(m_range.max),
                         "Exchange the two");
        const bool whole = m_range.min == std::floor(m_range.min) && m_range.max == std::floor(m_range.max);
        if (m_range.type == Type::Integer && (!whole || std::abs(m_range.min) > 9e15 || std::abs(m_range.max) > 9e15))
            return wrong("min", "the ends of whole numbers must be whole", "Write them without a fraction");
        if (m_setting && m_setting->type == Type::Integer && m_range.type == Type::Continuous)
            return wrong("type", "this setting takes whole numbers", "Write \"type\": \"integer\"");
        for (const auto& [key, end] : {std::pair{"min", m_range.min}, {"max", m_range.max}})
            if (!allows(end))
                return wrong(key, plainNumber(end) + " does not fit", "It takes " + allowed());
        return {};
    }

    Status steps()
    {
        m_range.step = m_spec.step;
        if (!m_range.step)
            return {};
        if (m_range.type == Type::Integer && *m_range.step != std::floor(*m_range.step))
            return wrong("step", "the step of whole numbers must be whole", "Write 1, 2, …");
        if ((m_range.max - m_range.min) / *m_range.step > 1e9)
            return wrong("step", "it gives more than 10^9 values", "Take a larger step, or none");
        return {};
    }

    Status scale()
    {
        if (m_spec.scale == "auto") {
            m_range.scale = m_range.step ? Scale::Linear
                                         : automaticScale(m_range.type, m_range.min, m_range.max,
                                                          m_setting && m_setting->byFactors);
            return {};
        }
        m_range.scale = m_spec.scale == "log"           ? Scale::Log
                        : m_spec.scale == "reverse_log" ? Scale::ReverseLog
                                                        : Scale::Linear;
        if (m_range.scale != Scale::Linear && m_range.step)
            return wrong("step", "steps are taken on a linear scale alone", "Leave out the step or the scale");
        if (m_range.scale == Scale::Log && m_range.min <= 0)
            return wrong("min", "a logarithmic range lies above 0", "Take a min such as 1e-6");
        if (m_range.scale == Scale::ReverseLog && m_range.type != Type::Continuous)
            return wrong("scale", "reverse_log is for continuous ranges", "Take linear or log");
        if (m_range.scale == Scale::ReverseLog && (m_range.min < 0 || m_range.max >= 1))
            return wrong("max", "a reverse-logarithmic range lies in [0, 1)", "Take a max such as 0.999");
        return {};
    }
};

void checkObjectives(const TuningSpec& spec, const TuningSubject& subject, std::vector<Error>& problems)
{
    if (spec.objective.empty())
        problems.push_back({ErrorKind::Spec, "a study needs a metric and a goal", "/tuning/objective",
                            "Write {\"metric\": \"validation/loss\", \"goal\": \"minimize\"}"});
    for (std::size_t i = 0; i < spec.objective.size(); ++i) {
        const ObjectiveSpec& each = spec.objective[i];
        const std::string where = "/tuning/objective/" + std::to_string(i);
        std::string known;
        for (const std::string& metric : subject.metrics)
            if (!metric.starts_with("test/"))
                known += (known.empty() ? "" : ", ") + metric;
        if (each.metric.empty())
            problems.push_back({ErrorKind::Spec, "names no metric", where + "/metric",
                                known.empty() ? "Name what trials are compared by" : "A run records " + known});
        else if (each.metric == "test" || each.metric.starts_with("test/"))
            problems.push_back({ErrorKind::Spec, "the test split is not for choosing", where + "/metric",
                                "Take the validation split: " + (known.empty() ? "validation/loss" : known)});
        else if (!subject.metrics.empty() && !std::ranges::count(subject.metrics, each.metric))
            problems.push_back({ErrorKind::Spec, "\"" + each.metric + "\" is no metric of such a run",
                                where + "/metric", "It records " + known});
        if (each.goal.empty())
            problems.push_back({ErrorKind::Spec, "has no goal", where + "/goal", "Write minimize or maximize"});
        for (std::size_t j = 0; j < i; ++j)
            if (spec.objective[j].metric == each.metric)
                problems.push_back({ErrorKind::Spec, "\"" + each.metric + "\" is there twice", where + "/metric",
                                    "Name each objective once"});
    }
}

void checkCounts(const TuningSpec& spec, const Space& space, const Limits& limits, std::vector<Error>& problems)
{
    const auto tooMany = [&](std::string what, std::size_t are, std::int64_t may, std::string where) {
        if (std::int64_t(are) > may)
            problems.push_back({ErrorKind::Spec, std::to_string(are) + " " + what, std::move(where),
                                "At most " + std::to_string(may) + " (resources/tables/tuning_limits.json)"});
    };
    tooMany("parameters are tuned", space.size(), limits.parameters, "/tuning/parameters");
    for (std::size_t i = 0; i < space.size(); ++i)
        tooMany("values", space.parameters()[i].range.values.size(), limits.categoricalValues,
                "/tuning/parameters/" + std::to_string(i) + "/values");
    if (spec.completion.notImproving && *spec.completion.notImproving < limits.notImprovingAtLeast)
        problems.push_back({ErrorKind::Spec, std::to_string(*spec.completion.notImproving) + " trials tell too little",
                            "/tuning/completion/max_number_of_training_jobs_not_improving",
                            "Take " + std::to_string(limits.notImprovingAtLeast) + " or more"});
    if (spec.warmStart) {
        const std::size_t parents = spec.warmStart->parents.size();
        if (parents == 0)
            problems.push_back({ErrorKind::Spec, "names no study to start from", "/tuning/warm_start/parents",
                                "Name one to " + std::to_string(limits.parents)});
        tooMany("studies to start from", parents, limits.parents, "/tuning/warm_start/parents");
    }
}

}

Result<Space> spaceOf(const TuningSpec& spec, const TuningSubject& subject)
{
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < spec.parameters.size(); ++i) {
        const ParameterSpec& each = spec.parameters[i];
        if (each.path.empty())
            return Error{ErrorKind::Spec, "has no path", "/tuning/parameters/" + std::to_string(i) + "/path",
                         "Name a setting, such as train.optimizer.lr"};
        std::optional<Tunable> setting;
        if (subject.schema) {
            CORE_TRY(found, tunableAt(spec, i, subject));
            setting = std::move(found);
        }
        CORE_TRY(range, RangeMaker(each, i, std::move(setting)).make());
        Parameter parameter{each.path, std::move(range), {}};
        if (each.when) {
            const Value& values = each.when->values;
            parameter.when = Condition{each.when->path, values.isArray() ? values.array() : Array{values}};
        }
        parameters.push_back(std::move(parameter));
    }
    return Space::make(std::move(parameters));
}

std::int64_t jobsOf(const TuningSpec& spec, const Space& space)
{
    if (spec.maxJobs)
        return *spec.maxJobs;
    const auto sampler = allSamplers().make(spec.strategy);
    const auto all = sampler ? (*sampler)->pointsOf(space) : std::optional<std::int64_t>{};
    return all.value_or(1);
}

TuningChecked checkTuning(const TuningSpec& spec, const TuningSubject& subject, const Limits& limits)
{
    TuningChecked found;
    checkObjectives(spec, subject, found.problems);
    const auto space = spaceOf(spec, subject);
    if (!space) {
        found.problems.push_back(space.error());
        return found;
    }
    if (space->size() == 0)
        found.problems.push_back({ErrorKind::Spec, "there is nothing to tune", "/tuning/parameters",
                                  "Give at least one, such as {\"path\": \"train.optimizer.lr\", \"min\": 1e-4, "
                                  "\"max\": 0.1}"});
    checkCounts(spec, *space, limits, found.problems);
    if (const auto sampler = allSamplers().make(spec.strategy); !sampler)
        found.problems.push_back(sampler.error());
    else
        (*sampler)->check({spec, *space, limits}, found);
    if (const auto pruner = allPruners().make(spec.earlyStopping); !pruner)
        found.problems.push_back(pruner.error());
    else
        (*pruner)->check({spec, *space, limits}, found);
    if (spec.objective.size() > 1 && spec.earlyStopping.kind != "Off")
        found.warnings.push_back({ErrorKind::Spec,
                                  spec.earlyStopping.kind + " looks at " + spec.objective[0].metric +
                                      " alone: trials that are good at another objective are stopped too",
                                  "/tuning/early_stopping", "Off keeps the whole front"});
    if (spec.objective.size() > 1 && spec.completion.target)
        found.warnings.push_back({ErrorKind::Spec, "the target is of " + spec.objective[0].metric + " alone",
                                  "/tuning/completion/target_objective_metric_value",
                                  "Leave it out to go on with the others"});
    return found;
}

Result<TuningSpec> readTuning(const Value& given, const TuningSubject& subject, const Limits& limits)
{
    Catalog catalog;
    catalog.add(allSamplers().family());
    catalog.add(allPruners().family());
    const spec::Checked checked = spec::check(tuningFields().schema(), given, "/tuning", {catalog});
    if (!checked.problems.empty())
        return checked.problems.front();
    TuningSpec read = tuningFields().read(checked.value);
    TuningChecked found = checkTuning(read, subject, limits);
    if (!found.problems.empty())
        return std::move(found.problems.front());
    return read;
}

}

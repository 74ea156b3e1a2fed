// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric_set.h"

#include <algorithm>

namespace core::train {

using base::Error;
using base::ErrorKind;

namespace {

struct Fitting {
    base::Pick pick;
    std::string name;
    bool usual = false;
};

std::string nameOf(const base::Pick& pick, const Metric& metric)
{
    return metric.name().empty() ? pick.kind : metric.name();
}

std::vector<Fitting> fitting(const Loss& loss, const data::DatasetInfo& info)
{
    std::vector<Fitting> all;
    for (const base::Entry& entry : allMetrics().family().entries) {
        const base::Pick pick{entry.kind, base::Object{}};
        if (const auto metric = allMetrics().make(pick); metric && (*metric)->fits(loss, info))
            all.push_back({pick, nameOf(pick, **metric), (*metric)->usual(info)});
    }
    return all;
}

std::string listOf(const std::vector<Fitting>& all)
{
    std::string list;
    for (const Fitting& one : all)
        list += (list.empty() ? "" : ", ") + one.pick.kind;
    return list;
}

}

base::Status MetricSet::add(const base::Pick& pick, const Loss& loss, const data::DatasetInfo& info,
                            const std::string& where)
{
    CORE_TRY(metric, allMetrics().make(pick));
    if (!metric->fits(loss, info))
        return Error{ErrorKind::Spec, "\"" + pick.kind + "\" does not fit this " + info.task + " and its loss", where,
                     "Those that fit: " + listOf(fitting(loss, info))};
    std::string name = nameOf(pick, *metric);
    if (has(name))
        return Error{ErrorKind::Spec, "\"" + name + "\" is named twice", where, "Name it once"};
    m_all.push_back({std::move(name), std::move(metric)});
    return {};
}

base::Result<MetricSet> MetricSet::of(const spec::TrainSpec& train, const Loss& loss, const data::DatasetInfo& info)
{
    MetricSet set = train.metrics.empty() ? usual(loss, info) : MetricSet{};
    for (std::size_t i = 0; i < train.metrics.size(); ++i)
        CORE_CHECK(set.add(train.metrics[i], loss, info, "/train/metrics/" + std::to_string(i)));
    if (!train.earlyStopping)
        return set;
    const std::string& watched = train.earlyStopping->metric;
    const std::string name = watched.substr(watched.find('/') + 1);
    for (const Fitting& one : fitting(loss, info))
        if (one.name == name && !set.has(name))
            CORE_CHECK(set.add(one.pick, loss, info, "/train/early_stopping/metric"));
    return set;
}

MetricSet MetricSet::all(const Loss& loss, const data::DatasetInfo& info)
{
    MetricSet set;
    for (const Fitting& one : fitting(loss, info))
        (void)set.add(one.pick, loss, info, {});
    return set;
}

MetricSet MetricSet::usual(const Loss& loss, const data::DatasetInfo& info)
{
    MetricSet set;
    for (const Fitting& one : fitting(loss, info))
        if (one.usual)
            (void)set.add(one.pick, loss, info, {});
    return set;
}

std::vector<std::string> MetricSet::names() const
{
    std::vector<std::string> names;
    for (const Named& one : m_all)
        names.push_back(one.name);
    return names;
}

bool MetricSet::has(const std::string& name) const
{
    return std::ranges::any_of(m_all, [&](const Named& one) { return one.name == name; });
}

Needs MetricSet::needs() const
{
    Needs needs;
    for (const Named& one : m_all)
        needs |= one.metric->needs();
    return needs;
}

std::vector<std::pair<std::string, double>> MetricSet::values(const Tally& tally) const
{
    std::vector<std::pair<std::string, double>> values;
    for (const Named& one : m_all)
        values.emplace_back(one.name, one.metric->value(tally));
    return values;
}

}

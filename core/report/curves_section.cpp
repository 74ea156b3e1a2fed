// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections.h"

#include <algorithm>
#include <cmath>

namespace core::report {

namespace curves_section {

constexpr std::size_t manyPoints = 240, mostCharts = 16;
constexpr double logSpan = 20;

// The mean of as many values around each, so that the way shows behind the noise.
std::vector<double> smoothed(const std::vector<double>& values, std::size_t reach)
{
    std::vector<double> means(values.size()), sums(values.size() + 1, 0);
    std::vector<std::size_t> known(values.size() + 1, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool finite = std::isfinite(values[i]);
        sums[i + 1] = sums[i] + (finite ? values[i] : 0);
        known[i + 1] = known[i] + finite;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t low = i > reach ? i - reach : 0, high = std::min(values.size(), i + reach + 1);
        const std::size_t count = known[high] - known[low];
        means[i] = count > 0 && std::isfinite(values[i]) ? (sums[high] - sums[low]) / double(count) : std::nan("");
    }
    return means;
}

Curve curveOf(const std::string& name, const store::Series& series, Stroke stroke, int color)
{
    return {name, {series.steps.begin(), series.steps.end()}, series.values, stroke, color};
}

void addSeries(const RunReport& report, const std::string& name, Stroke stroke, int color, Curves& curves)
{
    const store::Series* series = seriesOf(report, name);
    if (!series)
        return;
    const std::string title = name.substr(0, name.find('/'));
    if (stroke == Stroke::Thin && series->values.size() > manyPoints && name != "train/lr") {
        curves.curves.push_back(curveOf({}, *series, Stroke::Faint, color));
        Curve mean = curveOf(title, *series, Stroke::Thin, color);
        mean.y = smoothed(series->values, series->values.size() / 120);
        curves.curves.push_back(std::move(mean));
    } else {
        curves.curves.push_back(curveOf(title, *series, stroke, color));
    }
}

bool wantsLog(const Curves& curves)
{
    double low = HUGE_VAL, high = 0;
    for (const Curve& curve : curves.curves)
        for (const double value : curve.y)
            if (std::isfinite(value) && curve.stroke != Stroke::Faint) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    return low > 0 && high > logSpan * low;
}

// A rule's first step, the best step, and what was edited.
std::vector<Mark> marksOf(const RunReport& report, bool named)
{
    std::vector<Mark> marks;
    for (const Watched& rule : report.rules)
        if (rule.first)
            marks.push_back({double(rule.first->step), named ? rule.name : "", MarkKind::Finding});
    std::int64_t best = report.record.finished ? report.record.finished->bestStep : -1;
    for (const events::Event& event : report.record.events) {
        if (const auto* changed = std::get_if<events::BestChanged>(&event); changed && !report.record.finished)
            best = changed->step;
        if (const auto* edited = std::get_if<events::Edited>(&event))
            marks.push_back(
                {double(edited->step),
                 named ? edited->path.substr(edited->path.rfind('.') + 1) + " → " + textOf(edited->after, 20) : "",
                 MarkKind::Edit});
    }
    if (best >= 0)
        marks.push_back({double(best), named ? "best" : "", MarkKind::Best});
    return marks;
}

// `loss` of `train/loss`, `validation/loss` and `train_eval/loss`, in the order in which they are best read.
std::vector<std::string> familiesOf(const RunReport& report)
{
    std::vector<std::string> names;
    for (const auto& [name, series] : report.record.scalars) {
        const auto slash = name.find('/');
        const std::string split = name.substr(0, slash);
        const bool plain = slash != name.npos && name.find('/', slash + 1) == name.npos;
        if (!series.steps.empty() && plain && (split == "validation" || split == "train_eval" || split == "train"))
            if (const std::string last = name.substr(slash + 1); std::ranges::find(names, last) == names.end())
                names.push_back(last);
    }
    const auto rank = [](const std::string& name) {
        return name == "loss" ? 0 : name == "accuracy" ? 1 : name == "lr" ? 3 : name == "grad_norm" ? 4 : 2;
    };
    std::ranges::stable_sort(names, {}, rank);
    return names;
}

Chart chartOf(const RunReport& report, const std::string& name)
{
    Curves curves;
    addSeries(report, "train/" + name, Stroke::Thin, 0, curves);
    addSeries(report, "train_eval/" + name, Stroke::Thin, 4, curves);
    addSeries(report, "validation/" + name, Stroke::Thick, 0, curves);
    curves.log = wantsLog(curves);
    const bool wide = name == "loss";
    curves.marks = marksOf(report, wide);
    Chart chart{name, report.trees() ? "round" : "step", curves.log ? "logarithmic" : ""};
    if (name == "lr")
        chart.title = "learning rate";
    if (name == "grad_norm")
        chart.title = "norm of the gradient";
    chart.wide = wide;
    chart.content = std::move(curves);
    return chart;
}

}

Section curvesOf(const RunReport& report)
{
    using namespace curves_section;
    Section section{"curves", "Curves"};
    Charts charts;
    for (const std::string& name : familiesOf(report))
        if (charts.charts.size() < mostCharts)
            charts.charts.push_back(chartOf(report, name));
    // What came from elsewhere has names of its own.
    for (const auto& [name, series] : report.record.scalars) {
        const std::string split = name.substr(0, name.find('/'));
        const bool ours =
            name.find('/') != name.npos && (split == "train" || split == "train_eval" || split == "validation");
        if (ours || series.steps.empty() || charts.charts.size() >= mostCharts)
            continue;
        Curves curves;
        curves.curves.push_back(curveOf({}, series, Stroke::Thin, 0));
        curves.log = wantsLog(curves);
        curves.marks = marksOf(report, false);
        charts.charts.push_back({name, "step", curves.log ? "logarithmic" : "", std::move(curves), false});
    }
    if (charts.charts.empty()) {
        section.blocks.push_back(Paragraph{"Nothing was recorded yet.", Tone::Muted});
        return section;
    }
    std::string legend = "Training is thin, validation thick; single steps stand faint behind their mean.";
    const auto marks = marksOf(report, true);
    const auto has = [&](MarkKind kind) {
        return std::ranges::any_of(marks, [&](const Mark& one) { return one.kind == kind; });
    };
    if (has(MarkKind::Finding))
        legend += " ▲ and a dashed line: a rule fired for the first time.";
    if (has(MarkKind::Best))
        legend += " Dotted: the best step.";
    if (has(MarkKind::Edit))
        legend += " Solid: a setting was changed.";
    section.blocks.push_back(Paragraph{std::move(legend), Tone::Muted});
    section.blocks.push_back(std::move(charts));
    return section;
}

}

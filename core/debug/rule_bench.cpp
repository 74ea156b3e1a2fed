// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_bench.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace core::debug {

namespace {

constexpr double beyond = 1e300;

using Lines = std::vector<Evidence::Line>;

Evidence::Line& lineOf(Lines& lines, std::map<std::string, std::size_t>& places, const std::string& name)
{
    const auto [place, made] = places.emplace(name, lines.size());
    if (made)
        lines.push_back({name, {}, {}});
    return lines[place->second];
}

// Every tensor of the one need, if that has one statistic.
Lines ofStatistic(const Need& need, const Trace& trace)
{
    Lines lines;
    std::map<SignalId, std::pair<std::size_t, Source>> wanted;
    const std::vector<bool> chosen = selected(need.tensors, trace.known);
    for (std::size_t t = 0; t < chosen.size(); ++t)
        if (chosen[t])
            for (const Source& source : sourcesOf(trace.known.tensors()[t], need.statistics.front())) {
                if (source.made != Source::Made::AsIs)
                    return {};
                wanted.emplace(source.id, std::pair(lines.size(), source));
                lines.push_back({trace.known.tensors()[t].name, {}, {}});
            }
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const Frame frame = trace.frame(i);
        for (const Sample& sample : frame.samples)
            if (const auto found = wanted.find(sample.id); found != wanted.end()) {
                lines[found->second.first].steps.push_back(double(frame.step));
                lines[found->second.first].values.push_back(sample.value);
            }
    }
    std::erase_if(lines, [](const Evidence::Line& line) { return line.steps.empty(); });
    return lines;
}

// What is told where everything meets the condition.
Lines ofHits(spec::RuleSpec rule, const Compared& compared, const Trace& trace, const RunFacts& facts, Ending ending)
{
    rule.params.object().set(compared.threshold, compared.above ? -beyond : beyond);
    Lines lines;
    std::map<std::string, std::size_t> places;
    for (const events::Finding& finding : run({rule}, trace, facts, ending).findings)
        if (std::isfinite(finding.value)) {
            Evidence::Line& line = lineOf(lines, places, finding.tensor);
            line.steps.push_back(double(finding.step));
            line.values.push_back(finding.value);
        }
    return lines;
}

}

Evidence evidenceOf(const spec::RuleSpec& rule, const Trace& trace, const RunFacts& facts, Ending ending)
{
    Evidence evidence;
    evidence.found = run({rule}, trace, facts, ending);
    const auto made = allRules().make({rule.rule, rule.params});
    if (!made)
        return evidence;
    evidence.compared = (*made)->compared();
    if (evidence.compared.title.empty())
        return evidence;
    const std::vector<Need> needs = (*made)->needs();
    if (evidence.compared.direct && needs.size() == 1 && needs.front().statistics.size() == 1)
        evidence.lines = ofStatistic(needs.front(), trace);
    if (evidence.lines.empty() && !evidence.compared.threshold.empty())
        evidence.lines = ofHits(rule, evidence.compared, trace, facts, ending);
    std::set<std::string> firing;
    for (const events::Finding& finding : evidence.found.findings)
        firing.insert(finding.tensor);
    const auto nearest = [&](const Evidence::Line& line) {
        double most = -INFINITY;
        for (const double value : line.values)
            if (std::isfinite(value))
                most = std::max(most, evidence.compared.above ? value : -value);
        return -most;
    };
    for (Evidence::Line& line : evidence.lines)
        line.fires = firing.contains(line.name);
    std::ranges::stable_sort(evidence.lines, {},
                             [&](const Evidence::Line& line) { return std::pair(!line.fires, nearest(line)); });
    return evidence;
}

std::vector<double> thresholdsOf(const spec::RuleSpec& rule, std::span<const BenchCase> cases, std::size_t many)
{
    double least = INFINITY, most = -INFINITY;
    bool log = false;
    for (const BenchCase& one : cases) {
        const Evidence evidence = evidenceOf(rule, *one.trace, *one.facts, one.ending);
        if (evidence.compared.threshold.empty())
            return {};
        log = evidence.compared.log;
        for (const Evidence::Line& line : evidence.lines)
            for (const double value : line.values)
                if (std::isfinite(value) && (!log || value > 0)) {
                    least = std::min(least, value);
                    most = std::max(most, value);
                }
    }
    if (least > most || many < 2)
        return {};
    const double from = log ? std::log(least) : least, to = log ? std::log(most) : most;
    const double room = to > from ? 0.05 * (to - from) : std::max(1e-9, 0.1 * std::fabs(from));
    std::vector<double> all;
    for (std::size_t i = 0; i < many; ++i) {
        const double at = from - room + (to - from + 2 * room) * double(i) / double(many - 1);
        all.push_back(log ? std::exp(at) : at);
    }
    return all;
}

BenchPoint benchAt(spec::RuleSpec rule, const std::string& parameter, double threshold,
                   std::span<const BenchCase> cases)
{
    if (!parameter.empty())
        rule.params.object().set(parameter, threshold);
    BenchPoint point{threshold};
    for (const BenchCase& one : cases) {
        const bool fires = !run({rule}, *one.trace, *one.facts, one.ending).findings.empty();
        point.falseAlarms += fires && !one.sick;
        point.misses += !fires && one.sick;
    }
    return point;
}

std::optional<double> bestThreshold(std::span<const BenchPoint> points, bool log)
{
    std::optional<double> best;
    double widest = -1;
    if (points.empty())
        return best;
    const std::int64_t least = std::ranges::min_element(points, {}, &BenchPoint::wrong)->wrong();
    for (std::size_t i = 0; i < points.size();) {
        std::size_t end = i;
        while (end < points.size() && points[end].wrong() == least)
            ++end;
        if (end > i && double(end - i) > widest) {
            widest = double(end - i);
            const double from = points[i].threshold, to = points[end - 1].threshold;
            best = log ? std::sqrt(from * to) : (from + to) / 2;
        }
        i = std::max(end, i + 1);
    }
    return best;
}

}

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
Lines ofHits(spec::RuleSpec rule, const Compared& compared, const Trace& trace, const RunFacts& facts)
{
    rule.params.object().set(compared.threshold, compared.above ? -beyond : beyond);
    Lines lines;
    std::map<std::string, std::size_t> places;
    for (const events::Finding& finding : run({rule}, trace, facts, Ending::Open).findings)
        if (std::isfinite(finding.value)) {
            Evidence::Line& line = lineOf(lines, places, finding.tensor);
            line.steps.push_back(double(finding.step));
            line.values.push_back(finding.value);
        }
    return lines;
}

}

Evidence evidenceOf(const spec::RuleSpec& rule, const Trace& trace, const RunFacts& facts)
{
    Evidence evidence;
    evidence.found = run({rule}, trace, facts, Ending::Open);
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
        evidence.lines = ofHits(rule, evidence.compared, trace, facts);
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

}

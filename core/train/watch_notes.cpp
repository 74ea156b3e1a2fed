// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/watch_notes.h"

#include "core/base/clock.h"

#include <limits>

namespace core::train {

namespace watch_notes {

constexpr std::int64_t mostCounted = 1 << 15; ///< elements of one histogram
constexpr std::int64_t watchedBins = 48;
constexpr double watchedSeconds = 0.3, watchedShare = 50; ///< between two, and as many times what one cost

}

// Histograms that are asked for are kept; whoever watches sees all of them now and then.
void WatchNotes::begin(WatchPlan& plan, std::int64_t step, bool spreads)
{
    m_began = base::steadySeconds();
    m_plan = &plan;
    m_step = step;
    m_spreading = spreads;
    if (!m_spreading)
        return;
    events::TensorHistograms& all = this->spreads();
    all.step = m_step;
    all.kept = m_plan->keeps;
    std::size_t used = 0;
    for (WatchPlace& place : m_plan->places) {
        const std::int64_t bins = m_plan->keeps ? place.bins : watch_notes::watchedBins;
        place.spread = used;
        if (bins == 0)
            continue;
        if (all.tensors.size() == used)
            all.tensors.emplace_back();
        all.tensors[used].name = place.name;
        all.tensors[used++].counts.resize(std::size_t(bins));
    }
    all.tensors.resize(used);
}

void WatchNotes::take(std::size_t from, std::span<const at::Tensor> tensors, Pass pass)
{
    if (pass == Pass::Own)
        tensor::takeStatistics(tensors, m_known);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const WatchPlace& place = m_plan->places[from + i];
        WatchSet& set = m_plan->sets[place.set];
        double* value = set.values.data() + place.row * set.statistics.size();
        if (set.plain)
            for (const WatchStatistic& each : set.statistics)
                *value++ = store::asKept(each.kept, each.take(m_known[i], tensors[i]));
        else
            noteSignal(place, pass == Pass::None ? nullptr : &m_known[i], tensors[i], value);
        if (place.raw)
            kept.add(place.name, m_step, tensors[i]);
        if (!m_spreading || (m_plan->keeps && place.bins == 0))
            continue;
        events::TensorHistograms::Spread& spread = spreads().tensors[place.spread];
        const tensor::Span span = tensor::countInto(tensors[i], m_known[i], spread.counts, watch_notes::mostCounted);
        spread.low = span.low;
        spread.high = span.high;
    }
}

// Where a statistic needs more than one pass tells: saves before, labels, parameters.
void WatchNotes::noteSignal(const WatchPlace& place, const tensor::Statistics* known, const at::Tensor& tensor,
                            double* values)
{
    tensor::Signal signal(tensor, known);
    signal.setPast(m_step, past.of(place.name));
    if (m_labels.defined())
        signal.setLabels(m_labels);
    for (const WatchStatistic& each : m_plan->sets[place.set].statistics)
        *values++ = store::asKept(each.kept, each.take  ? each.take(*known, tensor)
                                             : each.ask ? each.ask(signal, each.statistic.arguments)
                                                        : std::numeric_limits<double>::quiet_NaN());
    if (place.past > 0 || place.pastSteps > 0)
        past.add(place.name, m_step, tensor, place.past, place.pastSteps);
}

void WatchNotes::tell(const events::EventHub::Tell& tell)
{
    for (WatchSet& set : m_plan->sets) {
        if (set.statistics.empty())
            continue;
        if (!set.named) {
            set.names.step = m_step;
            tell(events::Event(set.names));
            set.named = true;
        }
        tell(events::Event(events::TensorStats{m_step, set.names.set, set.values}));
    }
    if (m_spreading && !spreads().tensors.empty())
        tell(m_spread);
    if (const auto trouble = kept.trouble())
        tell(events::Notice{m_step, *trouble});
    if (m_spreading) {
        const double now = base::steadySeconds();
        m_nextSpread = now + std::max(watch_notes::watchedSeconds, watch_notes::watchedShare * (now - m_began));
    }
}

void WatchJob::tellBy(WatchNotes& notes, const events::EventHub::Tell& tell)
{
    notes.begin(*plan, step, spreads);
    std::size_t place = 0;
    for (const Group& group : groups) {
        const bool answers = group.from >= plan->begin(WatchKind::Answer) && group.from < plan->end(WatchKind::Answer);
        notes.setLabels(answers ? labels : at::Tensor());
        notes.take(group.from, std::span(tensors).subspan(place, group.count), group.pass);
        place += group.count;
    }
    notes.setLabels({});
    notes.tell(tell);
    groups.clear();
    tensors.clear();
    labels = at::Tensor();
}

std::size_t WatchJob::bytes() const
{
    std::size_t bytes = 0;
    for (const at::Tensor& tensor : tensors)
        bytes += tensor.nbytes();
    return bytes;
}

}

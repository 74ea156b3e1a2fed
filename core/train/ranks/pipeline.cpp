// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/pipeline.h"

#include "core/base/clock.h"
#include "core/tensor/device_timer.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace core::train::ranks {

std::vector<StageWork> workOfStage(const std::string& schedule, std::int64_t stage, std::int64_t stages,
                                   std::int64_t parts)
{
    const std::int64_t ahead = schedule == "gpipe" ? parts : std::min(stages - stage, parts);
    std::vector<StageWork> work;
    for (std::int64_t part = 0; part < parts + ahead; ++part) {
        if (part < parts)
            work.push_back({part, false});
        if (part + 1 >= ahead && part + 1 - ahead < parts)
            work.push_back({part + 1 - ahead, true});
    }
    return work;
}

std::vector<std::int64_t> divideBlocks(const std::vector<double>& seconds, std::int64_t stages)
{
    const std::size_t count = seconds.size(), most = std::size_t(stages);
    assert(most >= 1 && most <= count);
    std::vector<double> until(count + 1, 0);
    std::partial_sum(seconds.begin(), seconds.end(), until.begin() + 1);
    constexpr double never = std::numeric_limits<double>::infinity();
    // best[s][n]: the slowest of s stages over the first n blocks; from[s][n]: where the last of them begins.
    std::vector<std::vector<double>> best(most + 1, std::vector<double>(count + 1, never));
    std::vector<std::vector<std::size_t>> from(most + 1, std::vector<std::size_t>(count + 1, 0));
    best[0][0] = 0;
    for (std::size_t s = 1; s <= most; ++s)
        for (std::size_t n = s; n <= count; ++n)
            for (std::size_t begin = s - 1; begin < n; ++begin) {
                const double slowest = std::max(best[s - 1][begin], until[n] - until[begin]);
                if (slowest < best[s][n]) {
                    best[s][n] = slowest;
                    from[s][n] = begin;
                }
            }
    std::vector<std::int64_t> counts(most);
    for (std::size_t s = most, end = count; s > 0; --s) {
        counts[s - 1] = std::int64_t(end - from[s][end]);
        end = from[s][end];
    }
    return counts;
}

Pipeline::Pipeline(World& world, const model::Network& network, std::vector<std::int64_t> counts, std::string schedule)
    : m_world(world),
      m_mail(world),
      m_whole(*model::divisible(network)),
      m_counts(std::move(counts)),
      m_schedule(std::move(schedule))
{
    const std::vector<model::BlockPlace> blocks = m_whole.blocks();
    std::size_t first = 0;
    for (std::size_t stage = 0; stage < m_counts.size(); ++stage) {
        const std::size_t end = first + std::size_t(m_counts[stage]);
        for (std::size_t i = first; i < end; ++i) {
            m_parameterStages.insert(m_parameterStages.end(), blocks[i].parameters, std::int64_t(stage));
            m_bufferStages.insert(m_bufferStages.end(), blocks[i].buffers, std::int64_t(stage));
        }
        if (std::int64_t(stage) == world.rank())
            m_stage = m_whole.part(first, end);
        first = end;
    }
}

void Pipeline::freezingChanged()
{
    m_stage->freezingChanged();
}

namespace {

// When a stage did what: of a device as that itself tells it, since launching takes no time.
class WorkClock {
public:
    WorkClock(at::Device device, double since) : m_since(since)
    {
        if (device.is_cpu())
            return;
        m_timer.emplace(device);
        m_began = base::steadySeconds() - since;
        m_timer->begin();
    }
    void begins(const StageWork& work)
    {
        m_timed.push_back({work, base::steadySeconds() - m_since, 0});
        if (m_timer)
            m_timer->mark();
    }
    void ends()
    {
        m_timed.back().end = base::steadySeconds() - m_since;
        if (m_timer)
            m_timer->mark();
    }
    std::vector<Pipeline::Timed> timed()
    {
        if (m_timer)
            if (const std::vector<double> laps = m_timer->laps(); laps.size() == 2 * m_timed.size()) {
                constexpr double milli = 1e-3;
                double now = m_began;
                for (std::size_t i = 0; i < m_timed.size(); ++i) {
                    m_timed[i].begin = now += milli * laps[2 * i];
                    m_timed[i].end = now += milli * laps[2 * i + 1];
                }
            }
        return std::move(m_timed);
    }

private:
    double m_since, m_began = 0;
    std::optional<tensor::DeviceTimer> m_timer;
    std::vector<Pipeline::Timed> m_timed;
};

}

void Pipeline::pass(const std::vector<Part>& parts, double since,
                    const std::function<at::Tensor(std::size_t part, const at::Tensor& output)>& lossOf)
{
    struct Kept {
        at::Tensor input, output; ///< of the last stage, the loss
        at::MemoryFormat layout = at::MemoryFormat::Contiguous;
    };
    std::vector<Kept> kept(parts.size());
    const at::Device device = parts.front().input.device();
    WorkClock clock(device, since);
    for (const StageWork& work : workOfStage(m_schedule, m_world.rank(), m_world.size(), std::int64_t(parts.size()))) {
        const Part& part = parts[std::size_t(work.part)];
        Kept& here = kept[std::size_t(work.part)];
        const std::int64_t rows = part.input.size(0), before = m_world.rank() - 1, next = m_world.rank() + 1;
        if (!work.backward) {
            at::Tensor input = part.input;
            if (!first()) {
                input = m_mail.receive(before, activationTag, rows, device);
                here.layout = input.suggest_memory_format();
                input.requires_grad_(true);
                here.input = input;
            }
            clock.begins(work);
            here.output = m_stage->forward(input, m_whole.modeBehind(part.input, part.mode));
            if (last())
                here.output = lossOf(std::size_t(work.part), here.output);
            clock.ends();
            if (!last())
                m_mail.send(here.output.detach(), next, activationTag);
            continue;
        }
        at::Tensor gradient;
        if (!last())
            gradient = m_mail.receive(next, gradientTag, rows, device);
        else if (part.factor != 1)
            gradient = tensor::zeros({}, here.output.scalar_type()).fill_(part.factor).to(device);
        clock.begins(work);
        if (here.output.requires_grad())
            here.output.backward(gradient);
        clock.ends();
        if (!first()) {
            // What nothing depends on has no slope.
            const at::Tensor slope = here.input.grad().defined() ? here.input.grad() : here.input.detach().mul(0);
            m_mail.send(slope.contiguous(here.layout), before, gradientTag);
        }
        here = {};
    }
    m_mail.settle();
    m_timed = clock.timed();
}

std::vector<double> measureBlocks(const model::Network& network, const at::Tensor& input, const model::Mode& mode)
{
    constexpr int rounds = 4; // the first only warms up
    const model::Divisible& whole = *model::divisible(network);
    const std::size_t count = whole.blocks().size();
    std::vector<double> seconds(count);
    model::Mode pass = whole.modeBehind(input, mode);
    pass.again = true;
    at::Tensor values = input;
    for (std::size_t i = 0; i < count; ++i) {
        const auto block = whole.part(i, i + 1);
        at::Tensor output;
        double best = std::numeric_limits<double>::infinity();
        for (int round = 0; round < rounds; ++round) {
            at::Tensor own = values.detach();
            if (own.is_floating_point())
                own.requires_grad_(i > 0);
            tensor::waitFor(input.device());
            const double begin = base::steadySeconds();
            output = block->forward(own, pass);
            if (output.requires_grad())
                output.backward(output.detach());
            tensor::waitFor(input.device());
            if (round > 0)
                best = std::min(best, base::steadySeconds() - begin);
        }
        seconds[i] = best;
        values = output.detach();
    }
    for (const tensor::NamedTensor& parameter : network.parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    return seconds;
}

}

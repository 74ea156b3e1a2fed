// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpointed.h"

#include "core/model/autocast.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace core::model {

namespace {

// What ranks summed in the first pass is remembered for the second, so that a rank whose layers are watched, and who
// has no second pass, asks the others for as many sums as they ask for.
class RememberedSums final : public AcrossRanks {
public:
    explicit RememberedSums(AcrossRanks& ranks) : m_ranks(ranks) { counts = ranks.counts; }
    void secondPassBegins() { m_remembers = false; }
    void sum(const at::Tensor& values) override
    {
        if (!m_remembers && m_next < m_sums.size()) {
            values.copy_(m_sums[m_next++]);
            return;
        }
        m_ranks.sum(values); // in the backward pass as well
        if (m_remembers)
            m_sums.push_back(values.detach().clone());
    }

private:
    AcrossRanks& m_ranks;
    std::vector<at::Tensor> m_sums;
    std::size_t m_next = 0;
    bool m_remembers = true;
};

class SecondPass final : public torch::autograd::Node {
public:
    SecondPass(Pass pass, const at::Tensor& input, const Mode& mode)
        : m_pass(std::move(pass)),
          m_input(input),
          m_mode(mode)
    {
        m_mode.again = true;
        if (!mode.ranks)
            return;
        m_sums = std::make_unique<RememberedSums>(*mode.ranks);
        m_mode.ranks = m_sums.get();
    }

    Mode firstMode(Mode mode) const
    {
        mode.ranks = m_mode.ranks;
        return mode;
    }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& arrived) override
    {
        TORCH_CHECK(m_pass, "backward was called twice on one forward pass");
        torch::autograd::variable_list gradients(1);
        if (!arrived[0].defined())
            return gradients;
        const bool wanted = task_should_compute_output(0);
        const at::Tensor input = m_input.detach().requires_grad_(wanted);
        at::Tensor output;
        if (m_sums)
            m_sums->secondPassBegins();
        {
            const at::AutoGradMode graph(true);
            const Autocast cast(input.device().type(), m_mode.compute);
            output = m_pass(input, m_mode);
        }
        // All of it is frozen.
        if (!output.requires_grad())
            return gradients;
        torch::autograd::backward({output}, {arrived[0]});
        if (wanted)
            gradients[0] = input.grad();
        return gradients;
    }

    void release_variables() override
    {
        m_pass = {};
        m_input.reset();
    }

private:
    Pass m_pass;
    at::Tensor m_input;
    Mode m_mode;
    std::unique_ptr<RememberedSums> m_sums;
};

}

at::Tensor checkpointed(Pass pass, const at::Tensor& input, const Mode& mode)
{
    const std::shared_ptr<SecondPass> node(new SecondPass(pass, input, mode), torch::autograd::deleteNode);
    node->add_next_edge(input.requires_grad() ? torch::autograd::impl::gradient_edge(input) : torch::autograd::Edge());
    // With a graph, which is let go of at once: without one some operators choose other kernels, and other bits.
    const at::Tensor output =
        pass(input.detach().requires_grad_(input.requires_grad()), node->firstMode(mode)).variable_data();
    torch::autograd::set_history(output, node);
    return output;
}

std::vector<std::size_t> cuts(std::size_t count, std::int64_t parts)
{
    const std::size_t all = std::min(count, std::size_t(std::max<std::int64_t>(1, parts)));
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i <= all; ++i)
        places.push_back(i * count / std::max<std::size_t>(1, all));
    return places;
}

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/kept_tensors.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace core::train {

namespace kept {

constexpr std::string_view prefix = "captured/";
constexpr std::size_t mostSaves = 64;

at::Tensor plain(const at::Tensor& tensor)
{
    if (tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous())
        return tensor;
    return tensor.detach().to(at::kCPU, at::kFloat).contiguous();
}

// `from` is plain; so is what was copied to before.
void copyTo(at::Tensor& to, const at::Tensor& from)
{
    const at::NoGradGuard noGraph;
    if (to.defined() && to.use_count() == 1 && to.sizes() == from.sizes())
        std::memcpy(to.mutable_data_ptr<float>(), from.const_data_ptr<float>(), from.nbytes());
    else
        to = from.detach().clone();
}

}

std::span<const tensor::Save> PastSaves::of(const std::string& name) const
{
    const auto found = m_saves.find(name);
    return found == m_saves.end() ? std::span<const tensor::Save>{} : std::span<const tensor::Save>(found->second);
}

void PastSaves::add(const std::string& name, std::int64_t step, const at::Tensor& values, std::size_t count,
                    std::int64_t steps)
{
    std::vector<tensor::Save>& saves = m_saves[name];
    // The next save comes later than this one: what is out of reach then is so now.
    const auto old = [&](std::size_t place) {
        return saves.size() + 1 - place > std::max<std::size_t>(count, 1) && saves[place].step <= step - steps;
    };
    std::size_t drop = 0;
    while (drop < saves.size() && (old(drop) || saves.size() + 1 - drop > kept::mostSaves))
        ++drop;
    // The place of one that goes is taken again: nothing is allocated at every save.
    tensor::Save next = drop > 0 ? std::move(saves[drop - 1]) : tensor::Save{};
    saves.erase(saves.begin(), saves.begin() + std::ptrdiff_t(drop));
    next.step = step;
    kept::copyTo(next.values, kept::plain(values));
    saves.push_back(std::move(next));
}

std::vector<base::Blob> PastSaves::blobs() const
{
    std::vector<base::Blob> all;
    for (const auto& [name, saves] : m_saves)
        for (const tensor::Save& save : saves)
            all.push_back(
                tensor::toBlob(std::string(kept::prefix) + std::to_string(save.step) + '/' + name, save.values));
    return all;
}

void PastSaves::take(std::vector<base::Blob>& blobs)
{
    clear();
    for (const base::Blob& blob : blobs) {
        if (!blob.name.starts_with(kept::prefix))
            continue;
        const std::string_view rest = std::string_view(blob.name).substr(kept::prefix.size());
        std::int64_t step = 0;
        const std::size_t slash = rest.find('/');
        auto values = tensor::fromBlob(blob);
        if (slash != rest.npos && values &&
            std::from_chars(rest.data(), rest.data() + slash, step).ptr == rest.data() + slash)
            m_saves[std::string(rest.substr(slash + 1))].push_back({step, kept::plain(*values)});
    }
    for (auto& [name, saves] : m_saves)
        std::ranges::sort(saves, {}, &tensor::Save::step);
    std::erase_if(blobs, [](const base::Blob& blob) { return blob.name.starts_with(kept::prefix); });
}

void KeptTensors::follow(std::int64_t step)
{
    m_from = step;
    m_failed = false;
    if (m_writer || m_run.empty() || !std::filesystem::exists(store::rawFile(m_run)))
        return;
    // What lies behind this step was kept by a run that died later.
    auto writer = store::RawWriter::open(m_run, step);
    if (writer)
        m_writer = std::move(*writer);
    else
        m_trouble = std::move(writer).error();
}

void KeptTensors::add(const std::string& name, std::int64_t step, const at::Tensor& values)
{
    if (m_failed || m_run.empty())
        return;
    base::Status status;
    if (!m_writer) {
        auto writer = store::RawWriter::open(m_run, m_from);
        if (writer)
            m_writer = std::move(*writer);
        else
            status = std::move(writer).error();
    }
    if (status) {
        const at::Tensor here = kept::plain(values);
        status =
            m_writer->add(name, step, here.sizes().vec(), {here.const_data_ptr<float>(), std::size_t(here.numel())});
    }
    if (!status) {
        m_failed = true;
        m_trouble = std::move(status).error();
    }
}

std::optional<base::Error> KeptTensors::trouble()
{
    return std::exchange(m_trouble, std::nullopt);
}

base::Status KeptTensors::sync()
{
    return m_writer ? m_writer->sync() : base::Status{};
}

}

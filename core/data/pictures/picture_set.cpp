// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/picture_set.h"

#include "core/base/files.h"
#include "core/data/formats/resize.h"
#include "core/data/ops/frame.h"
#include "core/data/parallel.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace core::data {

namespace {

constexpr std::size_t mostFileBytes = std::size_t(1) << 29;
constexpr std::size_t headBytes = 1 << 16;
constexpr std::int64_t sizeOfMany = 64; // where pictures differ in size and none is asked for
constexpr std::int64_t mostInputBytes = std::int64_t(1) << 36;

base::Result<Picture> readPicture(const std::string& path, PictureUse use, std::int64_t channels)
{
    CORE_TRY(bytes, base::readFile(path, mostFileBytes));
    CORE_TRY(picture, decodePicture(bytes, path, use));
    return withChannels(std::move(picture), channels);
}

// Most pictures tell their size at their beginning; what a camera writes before it may be long.
base::Result<PictureFacts> readFacts(const std::string& path, PictureUse use)
{
    std::ifstream in(path, std::ios::binary);
    std::string head(headBytes, '\0');
    in.read(head.data(), std::streamsize(head.size()));
    head.resize(std::size_t(in.gcount()));
    if (auto facts = pictureFacts(head, path, use); facts || head.size() < headBytes)
        return facts;
    CORE_TRY(bytes, base::readFile(path, mostFileBytes));
    return pictureFacts(bytes, path, use);
}

// Decodes the original of a row whenever it is asked for, unless it is in memory.
class PictureStore final : public SampleStore {
public:
    /// `originals`: all pictures as they are, or nothing.
    PictureStore(std::vector<PictureRow> rows, PictureUse use, std::int64_t channels, at::Tensor originals)
        : m_rows(std::move(rows)),
          m_use(use),
          m_channels(channels),
          m_originals(std::move(originals))
    {
    }

    std::int64_t size() const override { return std::int64_t(m_rows.size()); }
    std::string whereOf(std::int64_t row) const override { return m_rows[std::size_t(row)].file.path; }

    base::Result<Sample> outline(std::int64_t place) const override
    {
        const PictureFacts& facts = m_rows[std::size_t(place)].facts;
        return Sample{.modality = Modality::Image, .shape = {m_channels, facts.height, facts.width}};
    }

    base::Result<Sample> read(std::int64_t place) const override
    {
        const PictureRow& row = m_rows[std::size_t(place)];
        CORE_TRY(sample, pixelsOf(place));
        sample.boxes = row.boxes;
        if (!row.mask.empty()) {
            CORE_TRY(mask, readPicture(row.mask, PictureUse::Mask, 1));
            if (mask.facts.height != sample.height() || mask.facts.width != sample.width())
                return base::Error{base::ErrorKind::Data,
                                   "has a mask of " + std::to_string(mask.facts.width) + " × " +
                                       std::to_string(mask.facts.height) + " pixels for a picture of " +
                                       std::to_string(sample.width()) + " × " + std::to_string(sample.height()),
                                   row.mask, "Both are of one size"};
            sample.mask = std::move(mask.pixels);
        }
        return std::move(sample);
    }

private:
    std::vector<PictureRow> m_rows;
    PictureUse m_use;
    std::int64_t m_channels;
    at::Tensor m_originals;

    base::Result<Sample> pixelsOf(std::int64_t place) const
    {
        if (m_originals.defined()) {
            const std::int64_t length = m_originals.numel() / m_originals.size(0);
            return imageOf(m_originals.const_data_ptr<std::uint8_t>() + place * length,
                           {m_originals.size(1), m_originals.size(2), m_originals.size(3)});
        }
        const ListedFile& file = m_rows[std::size_t(place)].file;
        CORE_CHECK(asListed(file));
        CORE_TRY(picture, readPicture(file.path, m_use, m_channels));
        return imageOf(picture.pixels.data(), picture.facts);
    }

    static Sample imageOf(const std::uint8_t* pixels, const PictureFacts& facts)
    {
        Sample sample{.modality = Modality::Image, .shape = {facts.channels, facts.height, facts.width}};
        sample.values.resize(std::size_t(facts.channels * facts.height * facts.width));
        fractionsOf(pixels, sample.values);
        return sample;
    }
};

class PictureLoader {
public:
    PictureLoader(std::vector<PictureRow>& rows, const PictureSetOptions& options, const SourceRequest& request)
        : m_rows(rows),
          m_options(options),
          m_request(request)
    {
    }

    base::Status load(Loaded& loaded)
    {
        measure();
        CORE_CHECK(keepReadable());
        chooseSize();
        // Streamed pictures are decoded when they are wanted.
        if (m_request.data.mode != "pipe" || m_request.like) {
            CORE_TRY(inputs, decode());
            loaded.inputs = std::move(inputs);
            noteChanges();
        }
        for (std::size_t i = 0; i < m_options.others.size(); ++i)
            m_troubles.unreadable(-1, m_options.others[i] + " is of a format that is not read here");
        m_troubles.tell(loaded.problems);
        loaded.where = m_options.where;
        loaded.info.name = m_options.name;
        loaded.info.modality = Modality::Image;
        loaded.info.inputShape = {m_channels, m_height, m_width};
        loaded.info.rows = std::int64_t(m_rows.size());
        loaded.samples =
            std::make_shared<PictureStore>(m_rows, m_options.use, m_channels, m_scaled ? at::Tensor() : loaded.inputs);
        return {};
    }

private:
    std::vector<PictureRow>& m_rows;
    const PictureSetOptions& m_options;
    const SourceRequest& m_request;
    std::vector<base::Result<PictureFacts>> m_facts;
    std::vector<std::string> m_listed;
    std::int64_t m_channels = 3, m_height = 0, m_width = 0;
    bool m_scaled = false;
    FileTroubles m_troubles;

    void measure()
    {
        for (const PictureRow& row : m_rows)
            m_listed.push_back(row.file.path);
        m_facts.assign(m_rows.size(), PictureFacts{});
        inParallel(m_rows.size(),
                   [this](std::size_t i) { m_facts[i] = readFacts(m_rows[i].file.path, m_options.use); });
    }

    base::Status keepReadable()
    {
        std::vector<PictureRow> kept;
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            if (m_facts[i]) {
                kept.push_back(std::move(m_rows[i]));
                kept.back().facts = *m_facts[i];
            } else {
                m_troubles.unreadable(std::int64_t(i), base::describe(m_facts[i].error()));
            }
        const std::size_t all = m_rows.size();
        m_rows = std::move(kept);
        return m_rows.empty() ? noneIsReadable(all) : base::Status{};
    }

    base::Error noneIsReadable(std::size_t all)
    {
        std::vector<Problem> problems;
        m_troubles.tell(problems);
        return {base::ErrorKind::Data,
                "holds no picture that can be read" + (problems.empty() ? "" : " (" + problems.front().message + ")"),
                m_options.where,
                all == 0 ? "Put JPEG, PNG, BMP or PNM files there" : "Fetch or copy the pictures again"};
    }

    void chooseSize()
    {
        const spec::ImageSpec& image = m_request.data.image;
        bool grey = true, same = true;
        const PictureFacts& first = m_rows.front().facts;
        for (const PictureRow& row : m_rows) {
            grey = grey && row.facts.channels == 1;
            same = same && row.facts.height == first.height && row.facts.width == first.width;
        }
        m_channels = image.channels == "grey" || (image.channels == "auto" && grey) ? 1 : 3;
        m_scaled = image.size || !same;
        m_height = m_width = image.size.value_or(sizeOfMany);
        if (!m_scaled) {
            m_height = first.height;
            m_width = first.width;
        }
        const DatasetInfo* like = m_request.like ? m_request.like : m_request.alike;
        if (like && like->inputShape.size() == 3) {
            m_channels = like->inputShape[0] == 1 ? 1 : 3;
            m_height = like->inputShape[1];
            m_width = like->inputShape[2];
            m_scaled = m_height == m_width;
        }
    }

    base::Result<at::Tensor> decode()
    {
        const std::int64_t length = m_channels * m_height * m_width;
        if (length > mostInputBytes / std::int64_t(m_rows.size()))
            return base::Error{base::ErrorKind::Resource,
                               std::to_string(m_rows.size()) + " pictures of " + std::to_string(m_width) + " × " +
                                   std::to_string(m_height) + " pixels do not go into memory",
                               m_options.where, "Set data.image.size to a smaller size, or take fewer by data.rows"};
        at::Tensor inputs = tensor::empty({std::int64_t(m_rows.size()), m_channels, m_height, m_width}, at::kByte);
        std::uint8_t* out = inputs.mutable_data_ptr<std::uint8_t>();
        std::vector<std::string> wrong(m_rows.size());
        inParallel(m_rows.size(), [&](std::size_t i) {
            auto picture = readPicture(m_rows[i].file.path, m_options.use, m_channels);
            if (picture && m_scaled)
                picture = middleSquare(*picture, m_height);
            if (!picture)
                wrong[i] = base::describe(picture.error());
            else if (picture->facts.height != m_height || picture->facts.width != m_width)
                wrong[i] = m_rows[i].file.path + ": has " + std::to_string(picture->facts.width) + " × " +
                           std::to_string(picture->facts.height) + " pixels where " + std::to_string(m_width) + " × " +
                           std::to_string(m_height) + " are wanted";
            else
                std::memcpy(out + std::int64_t(i) * length, picture->pixels.data(), picture->pixels.size());
        });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (!wrong[i].empty()) {
                m_troubles.unreadable(std::int64_t(i), wrong[i]);
                continue;
            }
            if (kept < i) {
                std::memcpy(out + std::int64_t(kept) * length, out + std::int64_t(i) * length, std::size_t(length));
                m_rows[kept] = std::move(m_rows[i]);
            }
            ++kept;
        }
        m_rows.resize(kept);
        if (kept == 0)
            return noneIsReadable(wrong.size());
        return inputs.narrow(0, 0, std::int64_t(kept)).contiguous();
    }

    void noteChanges()
    {
        for (const PictureRow& row : m_rows)
            if (stateOf(row.file.path) != row.file.state)
                m_troubles.changed(row.file.path);
        if (m_options.listAgain)
            m_troubles.compare(std::move(m_listed), m_options.listAgain());
    }
};

}

base::Status loadPictures(std::vector<PictureRow>& rows, const PictureSetOptions& options, const SourceRequest& request,
                          Loaded& loaded)
{
    return PictureLoader(rows, options, request).load(loaded);
}

void takeFolderLabels(const std::vector<PictureRow>& rows, const std::vector<std::string>& classes, Loaded& loaded)
{
    loaded.info.task = "classification";
    loaded.info.target = "label";
    loaded.info.classes = classes;
    loaded.targets = tensor::empty({std::int64_t(rows.size())}, at::kLong);
    std::int64_t* out = loaded.targets.mutable_data_ptr<std::int64_t>();
    for (const PictureRow& row : rows)
        *out++ = row.file.label;
}

ListingRules pictureRules()
{
    return {namesPicture, namesOtherPicture};
}

}

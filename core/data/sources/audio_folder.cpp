// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/audio.h"
#include "core/data/parallel.h"
#include "core/data/pictures/folder_listing.h"
#include "core/data/source.h"

#include <algorithm>
#include <filesystem>

namespace core::data::sources::audio_folder {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostFileBytes = std::size_t(1) << 31;

struct Spec {
    std::string path;
};

base::Result<Recording> readRecording(const std::string& path)
{
    CORE_TRY(bytes, base::readFile(path, mostFileBytes));
    return decodeAudio(bytes, path);
}

// What a recording is, without its sound.
struct Outline {
    std::int64_t channels = 0, frames = 0;
    double rate = 0;
};

// Decodes a recording whenever it is asked for.
class AudioStore final : public SampleStore {
public:
    AudioStore(std::vector<ListedFile> files, std::vector<Outline> outlines)
        : m_files(std::move(files)),
          m_outlines(std::move(outlines))
    {
    }

    std::int64_t size() const override { return std::int64_t(m_files.size()); }
    std::string whereOf(std::int64_t row) const override { return m_files[std::size_t(row)].path; }
    base::Result<Sample> outline(std::int64_t row) const override
    {
        const Outline& outline = m_outlines[std::size_t(row)];
        Sample sample{.modality = Modality::Audio, .shape = {outline.channels, outline.frames}};
        sample.rate = outline.rate;
        return sample;
    }
    base::Result<Sample> read(std::int64_t row) const override
    {
        CORE_CHECK(asListed(m_files[std::size_t(row)]));
        CORE_TRY(recording, readRecording(m_files[std::size_t(row)].path));
        Sample sample{.modality = Modality::Audio, .shape = {recording.channels, recording.frames}};
        sample.rate = recording.rate;
        sample.values = std::move(recording.values);
        return sample;
    }

private:
    std::vector<ListedFile> m_files;
    std::vector<Outline> m_outlines;
};

ListingRules audioRules()
{
    return {namesAudio, namesOtherAudio};
}

class AudioFolder final : public Source {
public:
    explicit AudioFolder(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no folder is named", "/data/source/path",
                               "Give the path of a folder with one folder for each class"};
        if (std::error_code failed; !fs::exists(m_spec.path, failed))
            return base::Error{base::ErrorKind::Data, "no such folder", m_spec.path,
                               "Check the path; relative paths start at the experiment file"};
        FolderListing listing;
        if (request.like)
            listing.files = listFiles(m_spec.path, audioRules());
        else
            listing = listFolders(m_spec.path, audioRules());
        if (listing.files.empty() || (!request.like && listing.classes.size() < 2))
            return base::Error{base::ErrorKind::Data,
                               listing.classes.size() == 1 ? "has recordings of one class only"
                                                           : "has no folders with recordings",
                               m_spec.path, "Make one folder for each class: yes/1.wav, no/2.wav"};
        FileTroubles troubles;
        std::vector<std::string> before;
        for (const ListedFile& file : listing.files)
            before.push_back(file.path);
        if (request.data.rows && !request.like)
            thinOut(listing.files, *request.data.rows);
        std::vector<Outline> outlines;
        CORE_CHECK(keepReadable(listing.files, outlines, troubles));
        std::vector<std::string> now;
        for (const ListedFile& file :
             request.like ? listFiles(m_spec.path, audioRules()) : listFolders(m_spec.path, audioRules()).files)
            now.push_back(file.path);
        troubles.compare(std::move(before), std::move(now));
        for (const std::string& other : listing.others)
            troubles.unreadable(-1, other + " is of a format that is not read here");
        return loadedOf(std::move(listing), std::move(outlines), troubles, request.like == nullptr);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        std::error_code ignored;
        return head.empty() ? fs::is_directory(path, ignored) && holdsFolders(path, audioRules()) : namesAudio(path);
    }

private:
    Spec m_spec;

    // Each is decoded once, so that a damaged one is found now and not in the middle of a training.
    base::Status keepReadable(std::vector<ListedFile>& files, std::vector<Outline>& outlines,
                              FileTroubles& troubles) const
    {
        std::vector<std::string> wrong(files.size());
        std::vector<Outline> found(files.size());
        inParallel(files.size(), [&](std::size_t i) {
            if (const auto recording = readRecording(files[i].path))
                found[i] = {recording->channels, recording->frames, recording->rate};
            else
                wrong[i] = base::describe(recording.error());
        });
        std::vector<ListedFile> kept;
        std::string first;
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (stateOf(files[i].path) != files[i].state)
                troubles.changed(files[i].path);
            if (wrong[i].empty()) {
                kept.push_back(std::move(files[i]));
                outlines.push_back(found[i]);
            } else {
                first = first.empty() ? wrong[i] : first;
                troubles.unreadable(std::int64_t(i), wrong[i]);
            }
        }
        files = std::move(kept);
        return files.empty() ? base::Error{base::ErrorKind::Data, "holds no recording that can be read (" + first + ")",
                                           m_spec.path, "Put WAV, FLAC, OGG or MP3 files there"}
                             : base::Status{};
    }

    base::Result<Loaded> loadedOf(FolderListing listing, std::vector<Outline> outlines, const FileTroubles& troubles,
                                  bool labelled) const
    {
        Loaded loaded;
        loaded.where = m_spec.path;
        loaded.info.name = fs::path(m_spec.path).filename().string();
        loaded.info.modality = Modality::Audio;
        loaded.info.rows = std::int64_t(listing.files.size());
        troubles.tell(loaded.problems);
        if (labelled) {
            loaded.info.task = "classification";
            loaded.info.target = "label";
            loaded.info.classes = listing.classes;
            loaded.targets = tensor::empty({loaded.info.rows}, at::kLong);
            std::int64_t* out = loaded.targets.mutable_data_ptr<std::int64_t>();
            for (const ListedFile& file : listing.files) {
                *out++ = file.label;
                if (listing.divided)
                    loaded.parts.push_back(file.part);
            }
        }
        loaded.samples = std::make_shared<AudioStore>(std::move(listing.files), std::move(outlines));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<AudioFolder>(
        "audio_folder", "Folder of recordings",
        "One folder for each class, with its recordings (WAV, FLAC, OGG, MP3) in it. Folders train, val and test above "
        "them say how rows are divided. data.audio says how a recording becomes numbers.",
        base::Fields<Spec>{}.add("path", &Spec::path, base::Path{},
                                 {"The folder that has the classes' folders, relative to the experiment file."}));
}

}

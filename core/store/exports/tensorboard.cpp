// SPDX-License-Identifier: GPL-3.0-or-later
// tensorflow/core/util/event.proto, framework/summary.proto
#include "core/base/protobuf.h"
#include "core/base/tf_record.h"
#include "core/store/exporter.h"
#include "core/store/file_beside.h"

#include <cstdio>

namespace core::store::exports::tensorboard {

namespace {

using base::ProtoWriter;

struct Spec {};

// One Event with its time in seconds since the epoch.
base::Status putEvent(FileBeside& output, ProtoWriter event)
{
    std::string record;
    base::appendTfRecord(record, event.bytes());
    return output.write(record);
}

/// Every scalar of the run as an event file in a log folder: its value in single precision, as TensorBoard keeps it,
/// with the step and the time at which it was taken. A destination whose name holds `tfevents` is the file itself.
class TensorBoard final : public Exporter {
public:
    explicit TensorBoard(Spec) {}

    base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const override
    {
        CORE_TRY(record, readRun(request.run));
        double begun = record.created;
        for (const auto& [name, series] : record.scalars)
            if (!series.times.empty() && (begun <= 0 || series.times.front() < begun))
                begun = series.times.front();
        ExportRequest into = request;
        // A log folder, not a file of that name.
        if (into.destination.filename().string().find("tfevents") == std::string::npos)
            into.destination /= "";
        char first[64];
        std::snprintf(first, sizeof first, "events.out.tfevents.%010lld.", static_cast<long long>(begun));
        CORE_TRY(file, exportFile(into, ".descent"));
        if (into.destination != request.destination || !request.destination.has_filename())
            file = file.parent_path() / (first + file.filename().string());
        CORE_TRY(output, FileBeside::create(file));
        // Event.source_metadata names the writer.
        CORE_CHECK(putEvent(output, ProtoWriter()
                                        .real(1, begun)
                                        .text(3, "brain.Event:2")
                                        .message(10, ProtoWriter().text(1, "descent").bytes())));
        for (const auto& [name, series] : record.scalars)
            for (std::size_t i = 0; i < series.steps.size(); ++i) {
                const std::string value = ProtoWriter().text(1, name).presentSingle(2, float(series.values[i])).bytes();
                CORE_CHECK(putEvent(output, ProtoWriter()
                                                .real(1, series.times[i])
                                                .number(2, std::uint64_t(series.steps[i]))
                                                .message(5, ProtoWriter().message(1, value).bytes())));
            }
        CORE_CHECK(output.commit());
        return std::vector{file};
    }
};

}

void enroll(Exporters& all)
{
    all.add<TensorBoard, Spec>("tensorboard", "TensorBoard",
                               "Every scalar of the run as an event file in a log folder, for TensorBoard.",
                               base::Fields<Spec>{});
}

}
